import { useState } from 'react';
import { formatDuration, formatRate, formatTokens } from '#shared/metrics/format.ts';
import type { FinishedTurn } from '../state/chat-store.ts';
import { Announcement } from '../ui/announcement.tsx';

/**
 * Tells screen readers the figures of a turn when it ends. Turns that were over before, as when
 * another conversation is opened, are not told again.
 */
export function TurnAnnouncement({ turns }: { readonly turns: readonly FinishedTurn[] }) {
  const newest = turns.at(-1);
  const before = turns.at(-2)?.messageId ?? null;
  const [seen, setSeen] = useState({ id: newest?.messageId ?? null, text: '' });
  if ((newest?.messageId ?? null) !== seen.id) {
    const ended = newest !== undefined && before === seen.id;
    setSeen({
      id: newest?.messageId ?? null,
      text: ended ? turnInWords(turns.length, newest) : '',
    });
  }
  return <Announcement text={seen.text} />;
}

function turnInWords(turn: number, { figures }: FinishedTurn): string {
  return [
    `Turn ${turn} ended.`,
    `Time to first token: ${formatDuration(figures.ttftMs)}.`,
    `Decode speed: ${formatRate(figures.decodeTokensPerSecond)}.`,
    `Cache used: ${formatTokens(figures.cacheUsedTokens)} of ${formatTokens(figures.cacheCapacityTokens)} tokens.`,
  ].join(' ');
}
