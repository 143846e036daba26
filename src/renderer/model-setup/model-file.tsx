import { FolderOpen } from 'lucide-react';
import { useState } from 'react';
import type { Settings } from '#shared/contract/settings.ts';
import { formatBytes, formatTokens } from '#shared/metrics/format.ts';
import type { ModelDescription } from '#shared/model/model-description.ts';
import type { Answer } from '../state/latest-answer.ts';
import { useApp, usePage } from '../state/page-context.tsx';
import { noteFailure } from '../state/view-store.ts';
import { Button } from '../ui/button.tsx';
import { TextField } from '../ui/text-field.tsx';
import { fileNameOf, folderOf } from './file-path.ts';
import { FolderBrowser } from './folder-browser.tsx';
import styles from './model-file.module.css';

const mostRecent = 4;

export interface ModelFileProps {
  readonly path: string;
  readonly model: Answer<ModelDescription>;
  choosePath(path: string): void;
}

/** Which file: typed, browsed for, or one of those loaded before. */
export function ModelFile({ path, model, choosePath }: ModelFileProps) {
  const { connection, view } = usePage();
  const [browsing, setBrowsing] = useState(false);
  const nativeDialog = useApp(state => state.info?.nativeFileDialog ?? false);
  const error = model.key === path && !model.pending ? model.error : null;
  const pick = () => {
    connection.call('files.pick', {}).then(picked => {
      if (picked.path !== null) choosePath(picked.path);
    }, noteFailure(view));
  };
  return (
    <section className={styles.section}>
      <div className={styles.row}>
        <TextField
          label="Model file"
          value={path}
          onValueChange={choosePath}
          placeholder="Path of a .gguf file"
          error={error === null ? null : [error.message, error.suggestion].join(' ')}
        />
        <div className={styles.buttons}>
          {nativeDialog && (
            <Button icon={<FolderOpen />} onClick={pick}>
              Choose file
            </Button>
          )}
          <Button
            icon={nativeDialog ? undefined : <FolderOpen />}
            onClick={() => setBrowsing(true)}
          >
            Browse
          </Button>
        </div>
      </div>
      {model.value !== null && model.key === path && <Description model={model.value} />}
      <Shortcuts path={path} onChoose={choosePath} />
      <FolderBrowser
        open={browsing}
        onOpenChange={setBrowsing}
        startFolder={path === '' ? null : folderOf(path)}
        onChoose={next => {
          setBrowsing(false);
          choosePath(next);
        }}
      />
    </section>
  );
}

function Description({ model }: { readonly model: ModelDescription }) {
  const facts = [
    ['Architecture', model.architecture],
    ['Parameters', formatCount(model.parameterCount)],
    ['Quantization', model.tensorTypes[0]?.name ?? 'not stated'],
    [
      'Trained context',
      model.trainedContextLength === null
        ? 'not stated'
        : `${formatTokens(model.trainedContextLength)} tokens`,
    ],
    ['File size', formatBytes(model.fileBytes)],
  ] as const;
  return (
    <div className={styles.description}>
      <p className={styles.name}>
        {model.name}
        {model.author !== null && <span className={styles.author}> by {model.author}</span>}
      </p>
      <dl className={styles.facts}>
        {facts.map(([name, text]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{text}</dd>
          </div>
        ))}
      </dl>
      {!model.hasChatTemplate && (
        <p className={styles.note}>
          This file has no chat template; a generic one is used, and answers may run on.
        </p>
      )}
    </div>
  );
}

interface ShortcutsProps {
  readonly path: string;
  onChoose(path: string): void;
}

/** The built-in model and those loaded before. */
function Shortcuts({ path, onChoose }: ShortcutsProps) {
  const builtIn = useApp(state => state.info?.builtInModelPath ?? null);
  const settings = useApp(state => state.settings);
  const recent = recentPaths(settings).filter(entry => entry !== builtIn);
  const entries = [
    ...recent.map(entry => ({ path: entry, name: fileNameOf(entry), note: folderOf(entry) ?? '' })),
    ...(builtIn === null ? [] : [{ path: builtIn, name: 'Built-in model', note: 'Ships along' }]),
  ];
  if (entries.length === 0) return null;
  return (
    <ul className={styles.shortcuts} aria-label="Models at hand">
      {entries.map(entry => (
        <li key={entry.path}>
          <button
            type="button"
            className={styles.shortcut}
            aria-pressed={entry.path === path}
            title={entry.path}
            onClick={() => onChoose(entry.path)}
          >
            <span className={styles.shortcutName}>{entry.name}</span>
            <span className={styles.shortcutNote}>{entry.note}</span>
          </button>
        </li>
      ))}
    </ul>
  );
}

function recentPaths(settings: Settings | null): string[] {
  if (settings === null) return [];
  const { lastModelPath, loadOptionsByModel } = settings;
  const last = lastModelPath === null ? [] : [lastModelPath];
  // Entries are written with every successful load; the newest come last.
  const others = Object.keys(loadOptionsByModel).toReversed();
  return [...new Set([...last, ...others])].slice(0, mostRecent);
}

function formatCount(parameters: number): string {
  if (parameters >= 1e9) return `${(parameters / 1e9).toPrecision(3)} billion`;
  if (parameters >= 1e6) return `${(parameters / 1e6).toPrecision(3)} million`;
  return formatTokens(parameters);
}
