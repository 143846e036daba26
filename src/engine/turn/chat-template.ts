import { randomUUID } from 'node:crypto';
import {
  type ChatHistoryItem,
  type ChatModelResponse,
  type ChatWrapper,
  GeneralChatWrapper,
  isLlamaText,
  type LlamaModel,
  LlamaText,
  type LlamaTextValue,
  resolveChatWrapper,
  SpecialToken,
  SpecialTokensText,
  type Token,
} from 'node-llama-cpp';
import type { Segment } from '#shared/chat/conversation.ts';
import type { PromptMessage } from '#shared/contract/engine-contract.ts';
import { AppError } from '#shared/errors/app-error.ts';
import type { AnswerMemory } from './answer-memory.ts';
import type { Marker } from './segment-splitter.ts';

export interface RenderedPrompt {
  readonly tokens: Token[];
  /** Texts in the answer that mean something to us instead of to the reader. */
  readonly markers: readonly Marker[];
  /** What the first generated token belongs to. */
  readonly startsIn: Segment;
}

/**
 * The library compares the template with those it knows better than Jinja does, rendering each: 0.4 s
 * where the right one comes late. Names only order them, so a name for the commonest format, in front
 * of the file's own, finds it at once and changes nothing else.
 */
function resolveWrapper(model: LlamaModel): ChatWrapper {
  const { fileInfo, filename = '', tokenizer, tokens } = model;
  const isChatMl = fileInfo.metadata.tokenizer.chat_template?.includes('<|im_start|>') ?? false;
  const wrapper = resolveChatWrapper({
    bosString: tokens.bosString,
    filename: isChatMl ? `chatml ${filename}` : filename,
    fileInfo,
    tokenizer,
    // Otherwise a template that fails is replaced silently by one of another model.
    fallbackToOtherWrappersOnJinjaError: false,
  });
  return wrapper ?? new GeneralChatWrapper();
}

/** A model's chat template together with its tokenizer. */
export class ChatTemplate {
  readonly #model: LlamaModel;
  readonly #wrapper: ChatWrapper;

  /** @throws AppError `template-failed` */
  constructor(model: LlamaModel) {
    this.#model = model;
    try {
      this.#wrapper = resolveWrapper(model);
    } catch (error) {
      throw templateFailed(error);
    }
  }

  /** @throws AppError `template-failed` */
  render(
    systemPrompt: string,
    messages: readonly PromptMessage[],
    answers: AnswerMemory,
  ): RenderedPrompt {
    const splices = new Map<string, readonly Token[]>();
    const history: ChatHistoryItem[] = [];
    if (systemPrompt.trim() !== '') history.push({ type: 'system', text: systemPrompt });
    for (const message of messages) {
      history.push(
        message.role === 'user'
          ? { type: 'user', text: message.text }
          : pastAnswer(message, answers, splices),
      );
    }
    history.push({ type: 'model', response: [] });
    let state: ReturnType<ChatWrapper['generateContextState']>;
    try {
      state = this.#wrapper.generateContextState({ chatHistory: history });
    } catch (error) {
      throw templateFailed(error);
    }
    const opening = this.#opening(state.contextText);
    return {
      tokens: this.#tokenize(LlamaText([state.contextText, opening.append]), splices),
      markers: this.#markers(state),
      startsIn: opening.startsIn,
    };
  }

  /**
   * Some models think from the first token on: their template either ends with the opening of the
   * thought or leaves it to whoever generates.
   */
  #opening(contextText: LlamaText): { append: LlamaText; startsIn: Segment } {
    const nothing = LlamaText([]);
    const thought = this.#wrapper.settings.segments?.thought;
    if (thought === undefined) return { append: nothing, startsIn: 'answer' };
    const prefix = thought.prefix;
    if (typeof prefix === 'object' && !isLlamaText(prefix)) {
      return { append: nothing, startsIn: 'reasoning' };
    }
    const opened = contextText.toString().trimEnd().endsWith(LlamaText(prefix).toString().trim());
    if (opened) return { append: nothing, startsIn: 'reasoning' };
    if (thought.openOnResponseStart === true) {
      return { append: LlamaText(prefix), startsIn: 'reasoning' };
    }
    return { append: nothing, startsIn: 'answer' };
  }

  #markers(state: ReturnType<ChatWrapper['generateContextState']>): Marker[] {
    const markers: Marker[] = [];
    const add = (text: LlamaText | string, effect: Marker['effect']) => {
      const marker = markerText(LlamaText(text));
      if (marker !== '' && !markers.some(other => other.text === marker)) {
        markers.push({ text: marker, effect });
      }
    };
    const thought = this.#wrapper.settings.segments?.thought;
    if (thought !== undefined) {
      const prefix = thought.prefix;
      if (typeof prefix === 'string' || isLlamaText(prefix)) add(prefix, 'open-reasoning');
      if (thought.suffix !== undefined) add(thought.suffix, 'close-reasoning');
    }
    for (const trigger of state.stopGenerationTriggers) add(trigger, 'stop');
    // Templates with channels (gpt-oss) announce the answer's channel between thought and answer.
    if (state.noPrefixTrigger !== undefined) {
      add(state.noPrefixTrigger.inject, 'hide');
      add('<|start|>assistant', 'hide');
    }
    return markers;
  }

  #tokenize(text: LlamaText, splices: ReadonlyMap<string, readonly Token[]>): Token[] {
    const { tokenizer } = this.#model;
    return spliceTokens(cutAtPlaceholders(text.values, splices), (values, isFirst) =>
      LlamaText([...values]).tokenize(tokenizer, isFirst ? undefined : 'trimLeadingSpace'),
    );
  }
}

/** A run of template text, or the tokens that stand in the place of an answer. */
export type PromptPiece =
  | { readonly values: readonly LlamaTextValue[] }
  | { readonly tokens: readonly Token[] };

/** Tokenizes the text between the answers only, so that an answer keeps the tokens it was made of. */
export function spliceTokens(
  pieces: readonly PromptPiece[],
  tokenize: (values: readonly LlamaTextValue[], isFirst: boolean) => readonly Token[],
): Token[] {
  const tokens: Token[] = [];
  for (const piece of pieces) {
    const added = 'tokens' in piece ? piece.tokens : tokenize(piece.values, tokens.length === 0);
    for (const token of added) tokens.push(token);
  }
  return tokens;
}

/** Cuts a rendered prompt at the placeholders of answers whose tokens are known. */
export function cutAtPlaceholders(
  values: readonly LlamaTextValue[],
  splices: ReadonlyMap<string, readonly Token[]>,
): PromptPiece[] {
  const pieces: PromptPiece[] = [];
  let run: LlamaTextValue[] = [];
  for (const value of values) {
    if (value instanceof SpecialToken) {
      run.push(value);
      continue;
    }
    const special = value instanceof SpecialTokensText;
    for (const part of (special ? value.value : value).split(placeholderPattern)) {
      const tokens = splices.get(part);
      if (tokens !== undefined) {
        if (run.length > 0) pieces.push({ values: run });
        run = [];
        pieces.push({ tokens });
      } else if (part !== '') run.push(special ? new SpecialTokensText(part) : part);
    }
  }
  if (run.length > 0) pieces.push({ values: run });
  return pieces;
}

/** Letters and digits only, so that templates neither trim nor escape it. */
const placeholderPattern = /(placeholder[0-9a-f]{32}x)/;

function newPlaceholder(): string {
  return `placeholder${randomUUID().replaceAll('-', '')}x`;
}

function pastAnswer(
  message: PromptMessage,
  answers: AnswerMemory,
  splices: Map<string, readonly Token[]>,
): ChatModelResponse {
  const known = answers.find(message.id, message.text, message.reasoning);
  const standIn = (text: string, tokens: readonly Token[] | null | undefined) => {
    if (tokens === null || tokens === undefined || tokens.length === 0) return text;
    const placeholder = newPlaceholder();
    splices.set(placeholder, tokens);
    return placeholder;
  };
  const response: ChatModelResponse['response'] = [];
  if (message.reasoning !== '') {
    response.push({
      type: 'segment',
      segmentType: 'thought',
      text: standIn(message.reasoning, known?.reasoningTokens),
      ended: true,
    });
  }
  response.push(standIn(message.text, known?.textTokens));
  return { type: 'model', response };
}

/** Texts of end-of-generation tokens need no marker: the tokens themselves end the turn. */
function markerText(text: LlamaText): string {
  if (text.values.some(value => value instanceof SpecialToken)) return '';
  return text.toString().trim() === '' ? '' : trimMarker(text.toString());
}

/** Models are free with the line breaks around their markers, except at the front of a stop text. */
function trimMarker(text: string): string {
  return text.startsWith('\n') && !text.includes('<') ? text : text.trim();
}

function templateFailed(error: unknown): AppError {
  return new AppError(
    'template-failed',
    "The model's chat template cannot be rendered for this conversation.",
    {
      suggestion: 'Try without a system prompt, or use another file of this model.',
      details: error instanceof Error ? (error.stack ?? error.message) : String(error),
    },
  );
}
