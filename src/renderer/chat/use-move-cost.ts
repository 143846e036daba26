import { useEffect, useState } from 'react';
import { useStore } from 'zustand';
import type { Move } from '#shared/chat/move.ts';
import type { TurnForecast } from '#shared/metrics/turn-forecast.ts';
import { createLatestAnswer } from '../state/latest-answer.ts';
import { useApp, useChat, usePage } from '../state/page-context.tsx';

/**
 * What a move of the open conversation would cost; null until it is known, and while an answer is being
 * written or nothing is loaded.
 *
 * @param move null: nothing is asked
 */
export function useMoveCost(move: Move | null): TurnForecast | null {
  const { connection, live } = usePage();
  const conversationId = useChat(state => state.conversationId);
  const running = useChat(state => state.running !== null);
  const loaded = useApp(state => state.model?.phase === 'loaded');
  // Whatever changes the cells changes the answer.
  const revision = useStore(live.cells, state => state.map?.revision ?? null);
  const [answers] = useState(() =>
    createLatestAnswer((request: { conversationId: string | null; move: Move }) =>
      connection.call('chat.forecast', request),
    ),
  );
  const answer = useStore(answers.store);
  const asks = move !== null && loaded && !running;
  const request = asks ? JSON.stringify([conversationId, move]) : null;
  const key = request === null ? null : `${request}${revision}`;
  useEffect(() => {
    answers.want(key, move === null ? null : { conversationId, move });
  }, [answers, key, conversationId, move]);
  // The answer before is shown until the next one comes: a line that flickers cannot be read.
  return asks ? answer.value : null;
}
