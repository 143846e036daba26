import type { Token } from 'node-llama-cpp';
import type { Overflow } from '#shared/chat/overflow.ts';
import type { PromptMessage } from '#shared/contract/engine-contract.ts';
import type { CacheMiss } from '#shared/metrics/cache-miss.ts';
import { explainMiss } from './cache-miss.ts';
import type { RenderedPrompt } from './chat-template.ts';
import type { CacheComparison } from './sequence-cache.ts';
import type { TurnModel } from './turn-model.ts';

/** What this prompt makes read again of earlier messages. To be asked before the cache is changed. */
export function missOf(
  { model, record, freshCause }: TurnModel,
  {
    conversationId,
    messages,
  }: { readonly conversationId: string; readonly messages: readonly PromptMessage[] },
  prompt: RenderedPrompt,
  { cached, ...comparison }: CacheComparison,
  overflow: Overflow | null,
): CacheMiss | null {
  const textAt = (tokens: readonly Token[], position: number) =>
    model.detokenize(tokens.slice(position, position + differenceTokens), true);
  return explainMiss({
    ...comparison,
    before: record,
    freshCause,
    conversationId,
    cachedTokens: cached.length,
    spans: prompt.spans,
    madeRoom: overflow !== null && overflow.newTurns > 0,
    thoughtful: new Set(
      messages.filter(({ reasoning }) => reasoning !== '').map(message => message.id),
    ),
    messageIds: messages.map(({ id }) => id),
    textAt: position => ({
      before: textAt(cached, position),
      now: textAt(prompt.tokens, position),
    }),
  });
}

/** Tokens of the text that is quoted from where a prompt differs. */
const differenceTokens = 8;
