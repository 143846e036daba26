import type { Readable } from 'node:stream';

/** Remembers every line of a process's output, and hands them to whoever waits for one. */
export class LogLines {
  readonly #lines: string[] = [];
  readonly #waiting = new Set<(line: string) => void>();
  readonly #ended: Promise<unknown>;

  constructor(output: Readable, ended: Promise<unknown>) {
    this.#ended = ended;
    let rest = '';
    output.setEncoding('utf8').on('data', (piece: string) => {
      const lines = (rest + piece).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) {
        this.#lines.push(line);
        for (const notify of this.#waiting) notify(line);
      }
    });
  }

  async waitFor(pattern: RegExp): Promise<string> {
    const past = this.#lines.find(line => pattern.test(line));
    if (past !== undefined) return past;
    const found = Promise.withResolvers<string>();
    const notify = (line: string) => {
      if (pattern.test(line)) found.resolve(line);
    };
    this.#waiting.add(notify);
    void this.#ended.then(() =>
      found.reject(new Error(`The app ended without logging ${pattern}:\n${this}`)),
    );
    try {
      return await found.promise;
    } finally {
      this.#waiting.delete(notify);
    }
  }

  toString(): string {
    return this.#lines.join('\n');
  }
}
