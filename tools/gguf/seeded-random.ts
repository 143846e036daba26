/**
 * A stream of numbers that depends on the seed and the stream's name alone: integer arithmetic only,
 * so that every machine gets the same bits. xoshiro128** (Blackman and Vigna, 2018), its state filled
 * by an FNV-1a hash of the name and the finaliser of MurmurHash3.
 */
export interface SeededRandom {
  /** Uniform in [0, 1). */
  next(): number;
  /** Uniform in [-amplitude, amplitude), one draw per element. */
  fill(target: Float32Array, amplitude: number): void;
}

export function seededRandom(seed: number, stream: string): SeededRandom {
  let word = (seed ^ 0x811c9dc5) >>> 0;
  for (let index = 0; index < stream.length; index++) {
    word = Math.imul(word ^ stream.charCodeAt(index), 0x01000193) >>> 0;
  }
  const nextWord = (): number => {
    word = (word + 0x9e3779b9) >>> 0;
    let mixed = word;
    mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
    mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
    return (mixed ^ (mixed >>> 16)) >>> 0;
  };
  let a = nextWord();
  let b = nextWord();
  let c = nextWord();
  let d = nextWord();

  const nextResult = (): number => {
    const scrambled = Math.imul(b, 5);
    const result = Math.imul((scrambled << 7) | (scrambled >>> 25), 9);
    const shifted = b << 9;
    c ^= a;
    d ^= b;
    b ^= c;
    a ^= d;
    c ^= shifted;
    d = (d << 11) | (d >>> 21);
    return result;
  };

  return {
    next: () => (nextResult() >>> 0) / 2 ** 32,
    fill(target, amplitude) {
      const perStep = amplitude / 2 ** 31;
      for (let index = 0; index < target.length; index++) {
        target[index] = nextResult() * perStep;
      }
    },
  };
}
