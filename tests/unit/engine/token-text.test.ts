import type { Token } from 'node-llama-cpp';
import { describe, expect, it } from 'vitest';
import { TokenText } from '#engine/turn/token-text.ts';

/** Tokens 0..255 are bytes, 256 is a control token. */
const control = 256;
const token = (id: number) => id as Token;

function byteTokens(): TokenText {
  const decoder = new TextDecoder();
  return new TokenText((tokens, special) => {
    const bytes = tokens.filter(id => id < control);
    return `${decoder.decode(Uint8Array.from(bytes))}${special && bytes.length < tokens.length ? '<|x|>' : ''}`;
  }, []);
}

function feed(text: TokenText, bytes: Iterable<number>): string[] {
  const out: string[] = [];
  for (const byte of bytes) {
    const piece = text.push(token(byte));
    if (piece !== null) out.push(piece.text);
  }
  return out;
}

describe('TokenText', () => {
  it('would catch half a character shown as a replacement character', () => {
    const text = byteTokens();
    expect(feed(text, Buffer.from('aé€😀z'))).toEqual(['a', 'é', '€', '😀', 'z']);
    expect(text.end()).toBeNull();
  });

  it('would catch bytes that never become a character held back for ever', () => {
    const text = byteTokens();
    const out = feed(text, [0xff, 0xff, 0xff, 0xff, 0x61]);
    expect(out).toEqual(['\ufffd\ufffd\ufffd\ufffd', 'a']);
  });

  it('would catch the last bytes of an answer lost', () => {
    const text = byteTokens();
    expect(feed(text, [0x61, 0xe2, 0x82])).toEqual(['a']);
    expect(text.end()?.text).toBe('\ufffd');
  });

  it('would catch control tokens not told from text', () => {
    const text = byteTokens();
    expect(text.push(token(control))).toEqual({ text: '<|x|>', hidden: true });
  });

  it('would catch tokens cut out of the middle of a character', () => {
    const text = byteTokens();
    feed(text, Buffer.from('aé€'));
    expect(text.tokensWithin({ start: 0, end: 3 })).toEqual([...Buffer.from('aé€')]);
    expect(text.tokensWithin({ start: 1, end: 2 })).toEqual([...Buffer.from('é')]);
    expect(text.tokensWithin({ start: 2, end: 2 })).toBeNull();
  });

  it('would catch an answer remembered whose end lies within a token', () => {
    const text = new TokenText(tokens => tokens.map(() => 'ab').join(''), []);
    text.push(token(1));
    text.push(token(2));
    expect(text.tokensWithin({ start: 0, end: 3 })).toBeNull();
    expect(text.tokensWithin({ start: 0, end: 4 })).toEqual([1, 2]);
  });
});
