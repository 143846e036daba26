import { formatBytes, formatDuration, formatTokens } from '../metrics/format.ts';
import type { RestoredCache } from '../metrics/turn-figures.ts';
import { automaticSnapshotTokens, type KeptSnapshot } from './snapshot-state.ts';

/** What is on the disk of one chat. */
export function describeSnapshot(
  kept: Pick<KeptSnapshot, 'tokens' | 'bytes' | 'savedAt'> | null,
  budget: number,
  nowMs: number,
): string {
  if (kept !== null) {
    return `${formatTokens(kept.tokens)} tokens, ${formatBytes(kept.bytes)}, saved ${describeTime(kept.savedAt, nowMs)}.`;
  }
  if (budget === 0) return 'None. Saving is off: after another chat this one is read again.';
  return `None yet. From ${formatTokens(automaticSnapshotTokens)} tokens on, the cells of a chat are saved when you leave it and restored when you open it.`;
}

/** Where the cells of an answer's prompt came from. */
export function describeRestored({ tokens, ms, savedAt }: RestoredCache, nowMs: number): string {
  return `${formatTokens(tokens)} tokens were restored from a snapshot in ${formatDuration(ms)} instead of being read again. It was saved ${describeTime(savedAt, nowMs)}.`;
}

const time = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit' });
const day = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'long', year: 'numeric' });

function describeTime(atMs: number, nowMs: number): string {
  const isToday = day.format(atMs) === day.format(nowMs);
  return isToday
    ? `today at ${time.format(atMs)}`
    : `on ${day.format(atMs)} at ${time.format(atMs)}`;
}
