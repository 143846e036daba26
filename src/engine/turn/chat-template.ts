import { randomUUID } from 'node:crypto';
import {
  type ChatHistoryItem,
  type ChatModelResponse,
  type ChatWrapper,
  GeneralChatWrapper,
  isLlamaText,
  type LlamaModel,
  LlamaText,
  resolveChatWrapper,
  SpecialToken,
  type Token,
} from 'node-llama-cpp';
import type { CellSpan } from '#shared/cache-map/cache-map.ts';
import type { Segment } from '#shared/chat/conversation.ts';
import type { PromptMessage } from '#shared/contract/engine-contract.ts';
import { AppError } from '#shared/errors/app-error.ts';
import type { AnswerMemory } from './answer-memory.ts';
import {
  cutIntoPieces,
  type PromptPiece,
  type SplicedPart,
  type TokenizedPieces,
  tokenizePieces,
} from './prompt-pieces.ts';
import { spansOf, type TextPart } from './prompt-spans.ts';
import type { Marker } from './segment-splitter.ts';
import { TokenCache } from './token-cache.ts';

export interface RenderedPrompt {
  readonly tokens: Token[];
  /** What the tokens are from; those between are the template's own. */
  readonly spans: readonly CellSpan[];
  /** Where the answer begins; before the prompt's end where one is continued. */
  readonly answerStart: number;
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
  readonly #tokens = new TokenCache();

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
    const splices = new Map<string, SplicedPart>();
    const parts: TextPart[] = [];
    const history: ChatHistoryItem[] = [];
    if (systemPrompt.trim() !== '') {
      history.push({ type: 'system', text: systemPrompt });
      parts.push({ kind: 'system', messageId: null, text: systemPrompt });
    }
    for (const message of messages) {
      if (message.role === 'user') {
        history.push({ type: 'user', text: message.text });
        parts.push({ kind: 'user', messageId: message.id, text: message.text });
      } else history.push(pastAnswer(message, answers, splices, parts));
    }
    history.push({ type: 'model', response: [] });
    let state: ReturnType<ChatWrapper['generateContextState']>;
    try {
      state = this.#wrapper.generateContextState({ chatHistory: history });
    } catch (error) {
      throw templateFailed(error);
    }
    const opening = this.#opening(state.contextText);
    const pieces = cutIntoPieces(LlamaText([state.contextText, opening.append]).values, splices);
    const tokenized = this.#tokenize(pieces);
    return {
      tokens: tokenized.tokens,
      answerStart: tokenized.tokens.length,
      spans: spansOf(pieces, tokenized, parts, tokens => this.#model.detokenize(tokens)),
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

  /** Tokens of a text within an answer. */
  tokensOf(text: string): readonly Token[] {
    return this.#model.tokenizer(text, false, 'trimLeadingSpace');
  }

  /** What a model writes between its thought and its answer; empty where it marks no thoughts. */
  endOfThought(): readonly Token[] {
    const suffix = this.#wrapper.settings.segments?.thought?.suffix;
    return suffix === undefined ? [] : LlamaText(suffix).tokenize(this.#model.tokenizer);
  }

  /** Piece by piece as `LlamaText.tokenize` does it. */
  #tokenize(pieces: readonly PromptPiece[]): TokenizedPieces {
    const { tokenizer } = this.#model;
    return tokenizePieces(pieces, (piece, isFirst) => {
      const options = isFirst ? undefined : 'trimLeadingSpace';
      if ('text' in piece) {
        return this.#tokens.get(`${isFirst ? '^' : ' '}${piece.text}`, () =>
          tokenizer(piece.text, false, options),
        );
      }
      return piece.special instanceof SpecialToken
        ? piece.special.tokenize(tokenizer)
        : piece.special.tokenize(tokenizer, !isFirst);
    });
  }
}

function newPlaceholder(): string {
  return `placeholder${randomUUID().replaceAll('-', '')}x`;
}

function pastAnswer(
  message: PromptMessage,
  answers: AnswerMemory,
  splices: Map<string, SplicedPart>,
  parts: TextPart[],
): ChatModelResponse {
  const known = answers.find(message.id, message.text, message.reasoning);
  const standIn = (
    kind: Segment,
    text: string,
    tokens: readonly Token[] | null | undefined,
  ): string => {
    const part = { kind, messageId: message.id };
    if (tokens === null || tokens === undefined || tokens.length === 0) {
      parts.push({ ...part, text });
      return text;
    }
    const placeholder = newPlaceholder();
    splices.set(placeholder, { ...part, tokens });
    return placeholder;
  };
  const response: ChatModelResponse['response'] = [];
  if (message.reasoning !== '') {
    response.push({
      type: 'segment',
      segmentType: 'thought',
      text: standIn('reasoning', message.reasoning, known?.reasoningTokens),
      ended: true,
    });
  }
  response.push(standIn('answer', message.text, known?.textTokens));
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
