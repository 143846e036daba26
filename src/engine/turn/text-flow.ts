import type { Segment } from '#shared/chat/conversation.ts';

/**
 * At most 10 packets a second: each has the page laid out and painted anew, which takes time from
 * decoding where cores are few. Only models faster than that ever wait.
 */
const intervalMs = 100;

/**
 * Conflates text into few packets: the first goes out at once, later ones when the interval is over.
 * Nothing waits longer than the interval, however slow the next token is.
 */
export class TextFlow {
  readonly #send: (segment: Segment, text: string) => void;
  #segment: Segment = 'answer';
  #text = '';
  #sentAt = Number.NEGATIVE_INFINITY;
  #timer: NodeJS.Timeout | undefined;

  constructor(send: (segment: Segment, text: string) => void) {
    this.#send = send;
  }

  add(segment: Segment, text: string): void {
    if (segment !== this.#segment) {
      this.flush();
      this.#segment = segment;
    }
    this.#text += text;
    if (this.#timer !== undefined) return;
    const wait = this.#sentAt + intervalMs - performance.now();
    if (wait <= 0) this.flush();
    else this.#timer = setTimeout(() => this.flush(), wait);
  }

  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#text === '') return;
    const text = this.#text;
    this.#text = '';
    this.#sentAt = performance.now();
    this.#send(this.#segment, text);
  }
}
