import { Ellipsis } from 'lucide-react';
import { useStore } from 'zustand';
import { formatBytes, formatTokens } from '#shared/metrics/format.ts';
import type { KeptSnapshot, SnapshotState } from '#shared/snapshot/snapshot-state.ts';
import { describeSnapshot } from '#shared/snapshot/snapshot-text.ts';
import { useApp, useChat, usePage } from '../state/page-context.tsx';
import { noteFailure } from '../state/view-store.ts';
import { Button } from '../ui/button.tsx';
import { Callout } from '../ui/callout.tsx';
import { IconButton } from '../ui/icon-button.tsx';
import { Menu, type MenuEntry } from '../ui/menu.tsx';
import styles from './snapshot.module.css';

const gib = 1024 ** 3;
/** What deletes everything stands last, away from a second press of Enter. */
const budgets = [gib, 4 * gib, 16 * gib, 64 * gib, 0];

/** Whether the cells of the chat that is shown are on the disk, and what can be done about it. */
export function Snapshot() {
  const { connection, view, live } = usePage();
  const state = useApp(app => app.snapshots);
  const budget = useApp(app => app.settings?.snapshotBudget ?? 0);
  const conversationId = useChat(chat => chat.conversationId);
  const isAnswering = useChat(chat => chat.running !== null);
  const holder = useStore(live.cells, cells => cells.map?.conversationId ?? null);
  if (state === null) return null;
  const kept = state.kept.find(each => each.conversationId === conversationId) ?? null;
  const isHeld = conversationId !== null && holder === conversationId;
  const call = (work: Promise<unknown>) => void work.catch(noteFailure(view));

  return (
    <section className={styles.snapshot} aria-labelledby="snapshot-title">
      <div className={styles.head}>
        <h3 id="snapshot-title" className={styles.title}>
          Snapshot
        </h3>
        <Button
          size="small"
          disabled={!isHeld || isAnswering || budget === 0 || state.activity !== null}
          onClick={() => {
            if (conversationId !== null) call(connection.call('snapshot.save', { conversationId }));
          }}
        >
          Save now
        </Button>
        <Menu
          trigger={<IconButton label="More on snapshots" icon={<Ellipsis />} size="small" />}
          entries={menuEntries(state.kept, kept, budget, {
            onBudget: bytes => call(connection.call('settings.update', { snapshotBudget: bytes })),
            onDelete: id => call(connection.call('snapshot.delete', { conversationId: id })),
          })}
        />
      </div>
      <p className={styles.text} role="status">
        {describeActivity(state, conversationId) ?? describeSnapshot(kept, budget, Date.now())}
      </p>
      <Refusal state={state} conversationId={conversationId} />
    </section>
  );
}

/** What is under way; null: nothing. */
function describeActivity({ activity }: SnapshotState, conversationId: string | null) {
  if (activity === null) return null;
  const whose = activity.conversationId === conversationId ? 'this chat' : 'another chat';
  const done = activity.kind === 'saving' ? 'saved' : 'restored';
  return `The cells of ${whose} are being ${done}.`;
}

/** Why the chat's snapshot was not used or not saved, until one is. */
function Refusal({
  state,
  conversationId,
}: {
  readonly state: SnapshotState;
  readonly conversationId: string | null;
}) {
  const latest = state.events.findLast(event => event.conversationId === conversationId);
  const error = latest?.error ?? null;
  if (error === null) return null;
  return (
    <Callout tone="warning">
      <p>{error.message}</p>
      {error.suggestion !== null && <p>{error.suggestion}</p>}
    </Callout>
  );
}

function menuEntries(
  all: readonly KeptSnapshot[],
  kept: KeptSnapshot | null,
  budget: number,
  actions: { onBudget(bytes: number): void; onDelete(conversationId: string | null): void },
): MenuEntry[] {
  const bytes = all.reduce((sum, snapshot) => sum + snapshot.bytes, 0);
  const choices = budgets.includes(budget) ? budgets : [budget, ...budgets];
  return [
    {
      kind: 'choice',
      label: `All together may take (now ${formatBytes(bytes)})`,
      value: String(budget),
      options: choices.map(choice => ({
        value: String(choice),
        label: choice === 0 ? 'Nothing: save none' : formatBytes(choice),
      })),
      onSelect: value => actions.onBudget(Number(value)),
    },
    { kind: 'separator' },
    {
      kind: 'action',
      label: 'Delete the one of this chat',
      tone: 'danger',
      disabled: kept === null,
      onSelect: () => actions.onDelete(kept?.conversationId ?? null),
    },
    {
      kind: 'action',
      label: all.length === 0 ? 'Delete all' : `Delete all ${formatTokens(all.length)}`,
      tone: 'danger',
      disabled: all.length === 0,
      onSelect: () => actions.onDelete(null),
    },
  ];
}
