/**
 * Markdown that arrives piece by piece, cut into blocks that can no longer change and the block that
 * still grows, so that a viewer parses each block once and only the last one again and again.
 */
export interface GrowingText {
  /** Finished blocks, in order; each is valid markdown by itself. */
  readonly blocks: readonly string[];
  /**
   * The beginning of a growing paragraph, in pieces whose markup is closed: each reads the same by
   * itself as in the paragraph. Empty while the growing block is short, or anything else.
   */
  readonly settled: readonly string[];
  /** What follows them. blocks + settled + tail is the text, character by character. */
  readonly tail: string;
}

export const emptyText: GrowingText = { blocks: [], settled: [], tail: '' };

/** Appends to the text. A long paragraph costs no more than a short one. */
export function growText(text: GrowingText, addition: string): GrowingText {
  if (!addition.includes('\n')) {
    return settle({ ...text, tail: text.tail + addition });
  }
  // Only complete lines decide about blocks, and they need the block from its beginning.
  const unfinished = text.settled.join('') + text.tail + addition;
  const cuts = safeCuts(unfinished);
  const blocks = [...text.blocks];
  let start = 0;
  for (const cut of cuts) {
    blocks.push(unfinished.slice(start, cut));
    start = cut;
  }
  return settle({ blocks, settled: [], tail: unfinished.slice(start) });
}

/**
 * A text that has reached its end. One that defines link targets or footnotes stays in one piece:
 * they hold for the whole document, so that blocks would no longer stand for themselves.
 */
export function finishedText(text: string): GrowingText {
  if (definition.test(text)) return { blocks: [text], settled: [], tail: '' };
  const grown = growText(emptyText, text);
  const last = growingBlock(grown);
  return { blocks: last === '' ? grown.blocks : [...grown.blocks, last], settled: [], tail: '' };
}

export function wholeText(text: GrowingText): string {
  return text.blocks.join('') + growingBlock(text);
}

function growingBlock(text: GrowingText): string {
  return text.settled.join('') + text.tail;
}

export interface OpenFence {
  /** The language, as written behind the fence; empty when none is. */
  readonly language: string;
  readonly code: string;
}

/** The code of a block that begins with a fence which is not closed yet; null for anything else. */
export function openFence(tail: string): OpenFence | null {
  const start = tail.search(/\S/);
  if (start < 0) return null;
  const lineStart = tail.lastIndexOf('\n', start) + 1;
  const lineEnd = tail.indexOf('\n', start);
  if (lineEnd < 0) return null;
  const opener = fenceOpener.exec(tail.slice(lineStart, lineEnd));
  // An indented fence takes the indentation off its code; that is left to the parser.
  if (opener === null || start !== lineStart) return null;
  const [language = ''] = (opener[2] ?? '').trim().split(/\s/);
  return { language, code: tail.slice(lineEnd + 1) };
}

const definition = /^ {0,3}\[[^\]\n]+\]:/m;
const fenceOpener = /^\s*(`{3,}(?=[^`]*$)|~{3,})(.*)$/;
const listMarker = /^ {0,3}(?:[-+*]|\d{1,9}[.)])(?:\s|$)/;

/** Characters of a settled piece: parsing this much once is cheap, and so is parsing it a few times. */
const pieceLength = 256;
/** Further than this nobody looks for an end of a piece whose markup stays open. */
const longestPiece = 640;

/** A first line that can only be a paragraph, as far as one line tells. */
const paragraphStart = /^[\p{L}"'“‘(]/u;
/** A word that begins after a space: a piece may end before it, and no block begins with it. */
const wordStart = /(?<=[^\s\\] )\p{L}/gu;
/** Inline markup that is closed, and underscores within a word, which are not markup. */
const closedMarkup =
  /`[^`]+`|\*\*[^\s*](?:[^*]*[^\s*])?\*\*|\*[^\s*](?:[^*]*[^\s*])?\*|\[[^[\]]*\]\([^\s()<>]*\)|(?<=[\p{L}\p{N}])_(?=[\p{L}\p{N}])/gu;
/** What is left of these may still be closed by what follows. */
const openMarkup = /[*_`[\]<~]/;

/**
 * Moves what cannot change any more from a growing paragraph's tail to its settled pieces. Depends on
 * the text alone, not on the packets it came in. Where the guess about closed markup is wrong (rare
 * punctuation beside asterisks), it shows only until the paragraph ends and is parsed as a whole.
 */
function settle(text: GrowingText): GrowingText {
  let { settled, tail } = text;
  if (tail.includes('\n') || (settled.length === 0 && !paragraphStart.test(tail))) return text;
  for (let end = pieceEnd(tail); end !== null; end = pieceEnd(tail)) {
    settled = [...settled, tail.slice(0, end)];
    tail = tail.slice(end);
  }
  return { blocks: text.blocks, settled, tail };
}

function pieceEnd(tail: string): number | null {
  if (tail.length <= pieceLength) return null;
  const candidates = tail.slice(0, longestPiece);
  wordStart.lastIndex = pieceLength;
  for (let word = wordStart.exec(candidates); word !== null; word = wordStart.exec(candidates)) {
    const left = candidates.slice(0, word.index).replace(closedMarkup, '');
    if (!openMarkup.test(left)) return word.index;
  }
  return null;
}

/** HTML blocks that blank lines do not end, with what ends them (CommonMark 0.31, section 4.6). */
const htmlBlocks: readonly (readonly [start: RegExp, end: RegExp])[] = [
  [/^ {0,3}<(?:script|pre|style|textarea)(?:\s|>|$)/i, /<\/(?:script|pre|style|textarea)>/i],
  [/^ {0,3}<!--/, /-->/],
  [/^ {0,3}<\?/, /\?>/],
  [/^ {0,3}<!\[CDATA\[/, /\]\]>/],
  [/^ {0,3}<![a-z]/i, />/],
];

/**
 * Positions at which the text may be cut without changing how it reads. Decided from complete lines
 * alone, so that later text never takes a cut back; where in doubt there is no cut.
 */
function safeCuts(text: string): number[] {
  const cuts: number[] = [];
  let blockStart = 0;
  let lineStart = 0;
  let fence: string | null = null;
  let htmlEnd: RegExp | null = null;
  /** Whether blank lines do not end the block by themselves: lists and indented code. */
  let sticky = false;
  let blankBefore = false;
  let hasContent = false;

  const cutAt = (position: number) => {
    cuts.push(position);
    blockStart = position;
    sticky = false;
    blankBefore = false;
    hasContent = false;
  };

  for (;;) {
    const newline = text.indexOf('\n', lineStart);
    if (newline < 0) return cuts;
    const line = text.slice(lineStart, newline);
    const next = newline + 1;

    if (fence !== null) {
      if (closesFence(line, fence)) {
        fence = null;
        if (!sticky) cutAt(next);
      }
    } else if (htmlEnd !== null) {
      if (htmlEnd.test(line)) htmlEnd = null;
    } else if (line.trim() === '') {
      if (hasContent && !sticky) cutAt(next);
      else blankBefore = hasContent;
    } else {
      const inList = listMarker.test(line);
      const indented = /^\s/.test(line);
      if (sticky && blankBefore && !inList && !indented) cutAt(lineStart);
      const opener = fenceOpener.exec(line);
      if (opener !== null && !sticky && hasContent && lineStart > blockStart) cutAt(lineStart);
      if (opener !== null) fence = opener[1] ?? null;
      else htmlEnd = openedHtml(line);
      if (inList || /^(?: {4}|\t)/.test(line)) sticky = true;
      hasContent = true;
      blankBefore = false;
    }
    lineStart = next;
  }
}

function closesFence(line: string, fence: string): boolean {
  const closer = line.trim();
  return (
    closer.length >= fence.length &&
    closer[0] === fence[0] &&
    [...closer].every(character => character === fence[0])
  );
}

function openedHtml(line: string): RegExp | null {
  const block = htmlBlocks.find(([start]) => start.test(line));
  if (block === undefined) return null;
  const end = block[1];
  return end.test(line) ? null : end;
}
