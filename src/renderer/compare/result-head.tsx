import { Braces, Download, Ellipsis, FileText, RotateCcw, Table2, Trash2, X } from 'lucide-react';
import { useState } from 'react';
import { exportComparison } from '#shared/compare/export.ts';
import { formatDuration } from '#shared/metrics/format.ts';
import { usePage } from '../state/page-context.tsx';
import { noteFailure } from '../state/view-store.ts';
import { Button } from '../ui/button.tsx';
import { IconButton } from '../ui/icon-button.tsx';
import { Menu } from '../ui/menu.tsx';
import { saveFile } from '../ui/saved-file.ts';
import { TextArea, TextField } from '../ui/text-field.tsx';
import type { ShownComparison } from './compare-store.ts';
import { DeleteRunDialog } from './delete-run-dialog.tsx';
import styles from './result-view.module.css';
import { dateText } from './run-date.ts';
import { runName } from './run-name.ts';

/** The run's name and note, and what can be done with it. */
export function ResultHead({ shown }: { readonly shown: ShownComparison }) {
  const { compare } = usePage();
  const [deleting, setDeleting] = useState(false);
  const { saved, result } = shown;
  const { facts } = result;
  return (
    <header className={styles.head}>
      <div className={styles.title}>
        {saved === null ? (
          <h2>{facts.model.name}</h2>
        ) : (
          <KeptText key={`${saved.id} ${saved.name}`} saved={saved} field="name" />
        )}
        <ExportMenu shown={shown} />
        <Button icon={<RotateCcw />} onClick={() => compare.repeat(result)}>
          Use its settings
        </Button>
        <Menu
          trigger={<IconButton label="More" icon={<Ellipsis />} />}
          entries={[
            { kind: 'action', label: 'Close', icon: <X />, onSelect: () => compare.close() },
            {
              kind: 'action',
              label: 'Delete',
              icon: <Trash2 />,
              tone: 'danger',
              disabled: saved === null,
              onSelect: () => setDeleting(true),
            },
          ]}
        />
      </div>
      <p className={styles.facts}>
        {facts.model.name} · {dateText(facts.startedAt)} · took {formatDuration(facts.tookMs)}
      </p>
      {saved !== null && (
        <KeptText key={`${saved.id} note ${saved.note}`} saved={saved} field="note" />
      )}
      {deleting && saved !== null && (
        <DeleteRunDialog run={saved} onClose={() => setDeleting(false)} />
      )}
    </header>
  );
}

interface KeptTextProps {
  readonly saved: NonNullable<ShownComparison['saved']>;
  readonly field: 'name' | 'note';
}

/** Kept when the field is left, or with Enter; Escape takes back what was typed. */
function KeptText({ saved, field }: KeptTextProps) {
  const { connection, view } = usePage();
  const [value, setValue] = useState(saved[field]);
  const keep = () => {
    const text = value.trim();
    if (text === saved[field]) return;
    if (field === 'name' && text === '') setValue(saved.name);
    else {
      connection
        .call('comparisons.update', { id: saved.id, [field]: text })
        .catch(noteFailure(view));
    }
  };
  const Input = field === 'name' ? TextField : TextArea;
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: it listens for its field
    <div
      onBlur={keep}
      onKeyDown={event => {
        if (event.key === 'Enter' && field === 'name') keep();
        if (event.key === 'Escape') setValue(saved[field]);
      }}
    >
      <Input
        label={field === 'name' ? 'Name of the run' : 'Note'}
        hideLabel
        value={value}
        onValueChange={setValue}
        maxLength={field === 'name' ? 200 : 20_000}
        {...(field === 'note' ? { rows: 1, growing: true, placeholder: 'A note for later' } : {})}
      />
    </div>
  );
}

function ExportMenu({ shown }: { readonly shown: ShownComparison }) {
  const { saved, result } = shown;
  const save = (format: Parameters<typeof exportComparison>[3]) => {
    const { fileName, text } = exportComparison(result, runName(shown), saved?.note ?? '', format);
    saveFile(fileName, new Blob([text], { type: 'text/plain;charset=utf-8' }));
  };
  return (
    <Menu
      trigger={<Button icon={<Download />}>Export</Button>}
      entries={[
        {
          kind: 'action',
          label: 'As Markdown',
          icon: <FileText />,
          onSelect: () => save('markdown'),
        },
        { kind: 'action', label: 'As JSON', icon: <Braces />, onSelect: () => save('json') },
        {
          kind: 'action',
          label: 'Figures as CSV',
          icon: <Table2 />,
          onSelect: () => save('csv'),
        },
      ]}
    />
  );
}
