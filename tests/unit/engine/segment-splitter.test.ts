import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Marker, SegmentSplitter } from '#engine/turn/segment-splitter.ts';

const markers: Marker[] = [
  { text: '<think>', effect: 'open-reasoning' },
  { text: '</think>', effect: 'close-reasoning' },
  { text: '<|stop|>', effect: 'stop' },
  { text: '\n### Human', effect: 'stop' },
];

function split(pieces: readonly string[], startsIn: 'answer' | 'reasoning' = 'answer') {
  const out = { answer: '', reasoning: '' };
  const splitter = new SegmentSplitter(markers, startsIn, (segment, text) => {
    out[segment] += text;
  });
  for (const piece of pieces) splitter.push(piece);
  splitter.end();
  return { ...out, splitter };
}

/** The same text in other pieces. */
const anyCut = (text: string) =>
  fc
    .array(fc.nat(text.length), { maxLength: 6 })
    .map(cuts => [0, ...cuts.sort((a, b) => a - b), text.length])
    .map(cuts => cuts.slice(1).map((end, index) => text.slice(cuts[index], end)));

describe('SegmentSplitter', () => {
  it('would catch a result that depends on where tokens end', () => {
    const text = '<think>\nhm, a < b</think>\n\nIt is <so>.<|stop|>never shown';
    fc.assert(
      fc.property(anyCut(text), pieces => {
        const { answer, reasoning, splitter } = split(pieces);
        expect(reasoning).toBe('hm, a < b');
        expect(answer).toBe('It is <so>.');
        expect(splitter.stopped).toBe(true);
      }),
    );
  });

  it('would catch text swallowed because it looked like the beginning of a marker', () => {
    expect(split(['a <thi']).answer).toBe('a <thi');
    expect(split(['a <thi', 'ng> b']).answer).toBe('a <thing> b');
  });

  it('would catch half a stop text shown before the rest of it arrives', () => {
    const shown: string[] = [];
    const splitter = new SegmentSplitter(markers, 'answer', (_, text) => shown.push(text));
    splitter.push('done\n##');
    expect(shown).toEqual(['done']);
    splitter.push('# Human');
    expect(splitter.stopped).toBe(true);
    expect(shown).toEqual(['done']);
  });

  it('would catch a thought that the template has opened taken for the answer', () => {
    const { answer, reasoning } = split(['so be it', '</think>', '\nyes'], 'reasoning');
    expect(reasoning).toBe('so be it');
    expect(answer).toBe('yes');
  });

  it('would catch the text of control tokens shown', () => {
    let text = '';
    const splitter = new SegmentSplitter(markers, 'answer', (_, shown) => {
      text += shown;
    });
    splitter.push('a');
    splitter.push('<|control|>', true);
    splitter.push('b');
    splitter.end();
    expect(text).toBe('ab');
    // They are part of the answer all the same: its tokens have to be kept together.
    expect(splitter.range('answer')).toEqual({ start: 0, end: 'a<|control|>b'.length });
  });

  it('would catch ranges that include markers or the space after them', () => {
    const { splitter } = split(['<think>', 'abc', '</think>', '\n', 'xy']);
    expect(splitter.range('reasoning')).toEqual({ start: 7, end: 10 });
    expect(splitter.range('answer')).toEqual({ start: 19, end: 21 });
  });
});
