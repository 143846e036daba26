import { type LlamaTextValue, SpecialToken, SpecialTokensText, type Token } from 'node-llama-cpp';
import type { CellKind } from '#shared/cache-map/cache-map.ts';

/** What a stretch of the prompt is from. */
export interface PromptPart {
  readonly kind: CellKind;
  /** Null for the system prompt. */
  readonly messageId: string | null;
}

/** The tokens that stand in the place of a part whose text was generated here. */
export interface SplicedPart extends PromptPart {
  readonly tokens: readonly Token[];
}

/** A stretch of a rendered prompt that is tokenized by itself, or needs no tokenizing. */
export type PromptPiece =
  | { readonly text: string }
  | { readonly special: SpecialToken | SpecialTokensText }
  | { readonly spliced: SplicedPart };

/**
 * Cuts a rendered prompt where the library's tokenizing would, around every special value, and at the
 * placeholders of parts whose tokens are known.
 */
export function cutIntoPieces(
  values: readonly LlamaTextValue[],
  splices: ReadonlyMap<string, SplicedPart>,
): PromptPiece[] {
  const pieces: PromptPiece[] = [];
  let run = '';
  const endRun = () => {
    if (run !== '') pieces.push({ text: run });
    run = '';
  };
  for (const value of values) {
    if (value instanceof SpecialToken) {
      endRun();
      pieces.push({ special: value });
      continue;
    }
    const isSpecial = value instanceof SpecialTokensText;
    for (const part of (isSpecial ? value.value : value).split(placeholderPattern)) {
      const spliced = splices.get(part);
      if (spliced !== undefined) {
        endRun();
        pieces.push({ spliced });
      } else if (!isSpecial) {
        run += part;
      } else if (part !== '') {
        endRun();
        pieces.push({ special: new SpecialTokensText(part) });
      }
    }
  }
  endRun();
  return pieces;
}

/** Letters and digits only, so that templates neither trim nor escape it. */
const placeholderPattern = /(placeholder[0-9a-f]{32}x)/;

export interface TokenizedPieces {
  readonly tokens: Token[];
  /** Where each piece begins among the tokens, and at last where they end. */
  readonly starts: readonly number[];
}

type TextPiece = Exclude<PromptPiece, { spliced: SplicedPart }>;

/**
 * Tokenizes the text between the answers only, so that an answer keeps the tokens it was made of.
 *
 * @param tokenize told whether the piece is the first that gives any tokens
 */
export function tokenizePieces(
  pieces: readonly PromptPiece[],
  tokenize: (piece: TextPiece, isFirst: boolean) => readonly Token[],
): TokenizedPieces {
  const tokens: Token[] = [];
  const starts: number[] = [];
  for (const piece of pieces) {
    starts.push(tokens.length);
    const added = 'spliced' in piece ? piece.spliced.tokens : tokenize(piece, tokens.length === 0);
    for (const token of added) tokens.push(token);
  }
  return { tokens, starts: [...starts, tokens.length] };
}
