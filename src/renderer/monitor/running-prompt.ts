import { useState } from 'react';
import type { PromptSplit } from '#shared/metrics/cache-contents.ts';
import { useChat } from '../state/page-context.tsx';

/**
 * How the prompt of the running turn splits into kept and new tokens. The engine says so during
 * prefill; it holds for the rest of the turn. Null when no turn runs or its prefill was not seen.
 */
export function useRunningPrompt(): PromptSplit | null {
  const messageId = useChat(state => state.running?.messageId ?? null);
  const progress = useChat(state => state.running?.progress ?? null);
  const reused = progress?.phase === 'prefill' ? progress.reusedTokens : null;
  const added = progress?.phase === 'prefill' ? progress.totalTokens : null;
  const [seen, setSeen] = useState<(PromptSplit & { readonly messageId: string }) | null>(null);
  if (
    messageId !== null &&
    reused !== null &&
    added !== null &&
    (seen?.messageId !== messageId || seen.reusedTokens !== reused || seen.newTokens !== added)
  ) {
    setSeen({ messageId, reusedTokens: reused, newTokens: added });
  }
  return messageId !== null && seen?.messageId === messageId ? seen : null;
}
