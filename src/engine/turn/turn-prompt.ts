import type { Token } from 'node-llama-cpp';
import type { CellGap, CellSpan } from '#shared/cache-map/cache-map.ts';
import type { Segment } from '#shared/chat/conversation.ts';
import type { Overflow } from '#shared/chat/overflow.ts';
import type { PromptMessage, TurnRequest } from '#shared/contract/engine-contract.ts';
import { AppError } from '#shared/errors/app-error.ts';
import type { RenderedPrompt } from './chat-template.ts';
import { countTurns, gapsOf, messagesToOmit, overflows } from './overflow.ts';
import type { TurnModel } from './turn-model.ts';

/** A prompt that fits, or one that nothing can be left out of. */
export interface FittedPrompt {
  readonly prompt: RenderedPrompt;
  /** The messages that it was made of. */
  readonly messages: readonly PromptMessage[];
  readonly overflow: Overflow | null;
  readonly gaps: readonly CellGap[];
}

/**
 * The prompt of a turn, without what was left out before and, where it is too long, without further
 * turns.
 *
 * @throws AppError `template-failed`
 */
export function fittedPrompt(target: TurnModel, source: TurnSource): FittedPrompt {
  const { policy, omitted: earlier } = source.overflow;
  const before = new Set(policy === 'stop' ? [] : earlier);
  const messages = source.messages.filter(({ id }) => !before.has(id));
  const prompt = renderPrompt(target, { ...source, messages });
  const capacity = target.cache.capacityTokens;
  const end = prompt.tokens.length;
  const more: ReadonlySet<string> = overflows(end, capacity)
    ? messagesToOmit(policy, messages, prompt.spans, end, capacity)
    : new Set();
  const omitted = new Set([...before, ...more]);
  const overflow =
    omitted.size === 0
      ? null
      : { policy, omitted: [...omitted], newTurns: countTurns(messages, more) };
  const gaps = (spans: readonly CellSpan[]) => gapsOf(source.messages, omitted, spans);
  if (more.size === 0) return { prompt, messages, overflow, gaps: gaps(prompt.spans) };
  const left = messages.filter(({ id }) => !more.has(id));
  const shorter = renderPrompt(target, { ...source, messages: left });
  return { prompt: shorter, messages: left, overflow, gaps: gaps(shorter.spans) };
}

type TurnSource = Pick<TurnRequest, 'systemPrompt' | 'messages' | 'continues' | 'overflow'>;

/** What a prompt is made of. */
interface PromptSource {
  readonly systemPrompt: string;
  readonly messages: readonly PromptMessage[];
  /** The last message is the beginning of the answer, which is written on. */
  readonly continues: boolean;
}

/** @throws AppError `template-failed` */
function renderPrompt(target: TurnModel, source: PromptSource): RenderedPrompt {
  const { systemPrompt, messages, continues } = source;
  const begun = continues ? messages.at(-1) : undefined;
  if (begun === undefined) return target.template.render(systemPrompt, messages, target.answers);
  const prompt = target.template.render(systemPrompt, messages.slice(0, -1), target.answers);
  const start = prompt.tokens.length;
  const tokens = begunTokens(target, begun);
  const kind: Segment = begun.text === '' && begun.reasoning !== '' ? 'reasoning' : 'answer';
  return {
    ...prompt,
    tokens: [...prompt.tokens, ...tokens],
    spans: [...prompt.spans, { start, end: start + tokens.length, kind, messageId: begun.id }],
    startsIn: kind,
  };
}

/** The tokens of an answer so far: as they were generated where that is known, else those of its text. */
function begunTokens(
  { record, answers, template }: TurnModel,
  { id, text, reasoning }: PromptMessage,
): readonly Token[] {
  const known = answers.find(id, text, reasoning);
  if (known !== null && record?.answerId === id) return record.answerTokens;
  if (reasoning === '') return known?.textTokens ?? template.tokensOf(text);
  const thought = known?.reasoningTokens ?? template.tokensOf(reasoning);
  if (text === '') return thought;
  return [
    ...thought,
    ...template.endOfThought(),
    ...(known?.textTokens ?? template.tokensOf(text)),
  ];
}

/** @throws AppError `prompt-too-long` */
export function refuseIfTooLong(prompt: RenderedPrompt, capacity: number): void {
  const length = prompt.tokens.length;
  if (length <= capacity) return;
  const format = new Intl.NumberFormat('en-US');
  throw new AppError(
    'prompt-too-long',
    `This conversation is ${format.format(length)} tokens long, and the context has room for ${format.format(capacity)}.`,
    { suggestion: 'Load the model with a longer context, or start a new chat.' },
  );
}
