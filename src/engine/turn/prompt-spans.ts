import type { Token } from 'node-llama-cpp';
import type { CellSpan } from '#shared/cache-map/cache-map.ts';
import type { PromptPart, PromptPiece, TokenizedPieces } from './prompt-pieces.ts';

/** A part with the text that the template was given for it. */
export interface TextPart extends PromptPart {
  readonly text: string;
}

/** Further pieces than this a part is not looked for: the template has dropped or rewritten it. */
const searchedPieces = 8;

/**
 * Where the parts are among the tokens, in their order. Parts that were spliced in are found exactly;
 * the others by their text, to a token where the template puts text of its own next to them.
 *
 * @param parts in the order in which the template writes them
 */
export function spansOf(
  pieces: readonly PromptPiece[],
  { tokens, starts }: TokenizedPieces,
  parts: readonly TextPart[],
  detokenize: (tokens: readonly Token[]) => string,
): CellSpan[] {
  const spans: CellSpan[] = [];
  let at = { piece: 0, offset: 0 };
  for (const [number, piece] of pieces.entries()) {
    if (!('spliced' in piece)) continue;
    const { kind, messageId } = piece.spliced;
    spans.push({ ...rangeOf(starts, number), kind, messageId });
  }
  for (const { kind, messageId, text } of parts) {
    const found = find(pieces, at, text.trim());
    if (found === null) continue;
    at = { piece: found.piece, offset: found.offset + found.length };
    const { start, end } = rangeOf(starts, found.piece);
    const run = tokens.slice(start, end);
    const whole = found.run.trim().length === found.length;
    const tokenAt = (offset: number) => start + tokensBefore(run, offset, found.run, detokenize);
    const span = whole ? { start, end } : { start: tokenAt(found.offset), end: tokenAt(at.offset) };
    if (span.end > span.start) spans.push({ ...span, kind, messageId });
  }
  return spans.sort((a, b) => a.start - b.start);
}

function rangeOf(starts: readonly number[], piece: number): { start: number; end: number } {
  return { start: starts[piece] ?? 0, end: starts[piece + 1] ?? 0 };
}

function find(
  pieces: readonly PromptPiece[],
  from: { readonly piece: number; readonly offset: number },
  text: string,
) {
  if (text === '') return null;
  let searched = 0;
  for (let piece = from.piece; piece < pieces.length && searched < searchedPieces; piece++) {
    const candidate = pieces[piece];
    if (candidate === undefined || !('text' in candidate)) continue;
    searched++;
    const offset = candidate.text.indexOf(text, piece === from.piece ? from.offset : 0);
    if (offset >= 0) return { piece, offset, length: text.length, run: candidate.text };
  }
  return null;
}

/** How many of a run's tokens lie before a character of its text. */
function tokensBefore(
  run: readonly Token[],
  offset: number,
  text: string,
  detokenize: (tokens: readonly Token[]) => string,
): number {
  // A tokenizer may put a space in front.
  const shift = detokenize(run).length - text.length;
  let [low, high] = [0, run.length];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (detokenize(run.slice(0, middle)).length < offset + shift) low = middle + 1;
    else high = middle;
  }
  return low;
}
