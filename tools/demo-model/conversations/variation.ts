import type { Wording } from '../corpus.ts';
import type { Chance } from './chance.ts';

/** The same question as somebody else might type it. */
export function varyQuestion(question: string, wording: Wording, chance: Chance): string {
  let text = question;
  if (chance.happens(0.3)) text = replaceSynonym(text, wording, chance);
  if (chance.happens(0.1)) text = replaceSynonym(text, wording, chance);
  return varyPhrasing(text, wording, chance);
}

/** As `varyQuestion` without synonyms, which hold for questions about caches and models alone. */
export function varyPhrasing(question: string, wording: Wording, chance: Chance): string {
  let text = question;
  if (chance.happens(0.12)) text = dropWord(text, chance);
  if (chance.happens(0.15)) text = `${chance.pick(wording.openers)} ${lowerFirst(text)}`;
  if (chance.happens(0.08)) text = withCloser(text, chance.pick(wording.closers));
  return varyTyping(text, chance);
}

/** Capital letters, punctuation and slips of the finger. */
export function varyTyping(message: string, chance: Chance): string {
  let text = message;
  if (chance.happens(0.12)) text = slip(text, chance);
  if (chance.happens(0.03)) text = slip(text, chance);
  if (chance.happens(0.4)) text = text.toLowerCase();
  else if (chance.happens(0.2)) text = upperFirst(text);
  else if (chance.happens(0.01)) text = text.toUpperCase();
  if (chance.happens(0.35)) text = text.replace(/[?.!]+$/, '');
  else if (chance.happens(0.15) && /\w$/.test(text)) text = `${text}${chance.pick(endings)}`;
  return text.trim() === '' ? message : text;
}

const endings = ['?', '?', '?', '.', '!', '??', ' ?', '...'];

function replaceSynonym(text: string, wording: Wording, chance: Chance): string {
  const places: {
    readonly at: number;
    readonly word: string;
    readonly group: readonly string[];
  }[] = [];
  for (const group of wording.synonyms) {
    for (const word of group) {
      const found = wordPattern(word).exec(text);
      if (found !== null) places.push({ at: found.index, word, group });
    }
  }
  if (places.length === 0) return text;
  const { at, word, group } = chance.pick(places);
  return `${text.slice(0, at)}${chance.pick(group)}${text.slice(at + word.length)}`;
}

const patterns = new Map<string, RegExp>();

function wordPattern(word: string): RegExp {
  let pattern = patterns.get(word);
  if (pattern === undefined) {
    // Synonyms are letters, spaces, dashes and slashes: nothing that a pattern reads otherwise.
    pattern = new RegExp(`(?<![A-Za-z0-9_])${word}(?![A-Za-z0-9_])`, 'i');
    patterns.set(word, pattern);
  }
  return pattern;
}

/** Words that are left out easily go first. */
const fillers = new Set(
  'a an the is are do does did of to my your i it this that in on for please just really so'.split(
    ' ',
  ),
);

function dropWord(text: string, chance: Chance): string {
  const words = text.split(' ');
  if (words.length < 4) return text;
  const small = words.flatMap((word, index) => (fillers.has(word.toLowerCase()) ? [index] : []));
  const dropped =
    small.length > 0 && chance.happens(0.7) ? chance.pick(small) : chance.below(words.length);
  return words.filter((_, index) => index !== dropped).join(' ');
}

function withCloser(text: string, closer: string): string {
  const open = text.replace(/[?.!]+$/, '');
  const end = text.slice(open.length);
  return /^\W/.test(closer) ? `${open}${closer}` : `${open} ${closer}${end}`;
}

/** Two letters swapped, one missing, doubled or hit beside, in a word long enough to be recognised. */
function slip(text: string, chance: Chance): string {
  const words = [...text.matchAll(/[A-Za-z]{4,}/g)];
  if (words.length === 0) return text;
  const word = chance.pick(words);
  const at = word.index + 1 + chance.below(word[0].length - 2);
  const [before, here, next, after] = [
    text.slice(0, at),
    text.charAt(at),
    text.charAt(at + 1),
    text.slice(at + 2),
  ];
  const kind = chance.below(4);
  if (kind === 0) return `${before}${next}${here}${after}`;
  if (kind === 1) return `${before}${next}${after}`;
  if (kind === 2) return `${before}${here}${here}${next}${after}`;
  return `${before}${String.fromCharCode(97 + chance.below(26))}${next}${after}`;
}

function lowerFirst(text: string): string {
  // An abbreviation or a name keeps its capitals.
  return /^[A-Z][a-z ']/.test(text) ? text.charAt(0).toLowerCase() + text.slice(1) : text;
}

function upperFirst(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
