import { setImmediate as nextTurn } from 'node:timers/promises';

/** Lines kept; a load of a large model prints a few hundred. */
const keptLines = 2000;
/** Characters kept of one line: metadata dumps can hold whole templates. */
const keptLineLength = 500;

export interface LogLine {
  readonly level: string;
  readonly text: string;
}

/**
 * The tail of what llama.cpp says. It is the only place where true buffer sizes and the reasons of
 * failures are to be found, so whoever needs those marks a position first and reads from there.
 */
export class LlamaLog {
  readonly #lines: LogLine[] = [];
  #dropped = 0;

  add(level: string, message: string): void {
    for (const text of message.split('\n')) {
      if (text.trim() !== '') this.#lines.push({ level, text: text.slice(0, keptLineLength) });
    }
    const excess = this.#lines.length - keptLines;
    // Dropping in batches keeps the cost per line constant.
    if (excess < keptLines / 4) return;
    this.#lines.splice(0, excess);
    this.#dropped += excess;
  }

  /** A position to read from later. */
  mark(): number {
    return this.#dropped + this.#lines.length;
  }

  /** Lines since a mark. The addon delivers lines on later turns of the event loop: wait for those. */
  async since(mark: number): Promise<LogLine[]> {
    await nextTurn();
    await nextTurn();
    return this.#lines.slice(Math.max(0, mark - this.#dropped));
  }
}

/** The last lines as one text, for an error's details. */
export function logTail(lines: readonly LogLine[], count = 40): string {
  return lines
    .slice(-count)
    .map(line => `[${line.level}] ${line.text}`)
    .join('\n');
}
