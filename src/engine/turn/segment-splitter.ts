import type { Segment } from '#shared/chat/conversation.ts';

/** A text that a model writes for the program that runs it. */
export interface Marker {
  readonly text: string;
  readonly effect: 'stop' | 'open-reasoning' | 'close-reasoning' | 'hide';
}

/** Positions in the raw text (everything that was pushed, hidden parts and markers included). */
export interface RawRange {
  readonly start: number;
  readonly end: number;
}

interface Piece {
  readonly text: string;
  readonly hidden: boolean;
}

/**
 * Divides generated text into answer and reasoning, without the markers. What could be the beginning
 * of a marker is held back until it is known whether it is one.
 */
export class SegmentSplitter {
  readonly #markers: readonly Marker[];
  readonly #onText: (segment: Segment, text: string) => void;
  readonly #ranges: Record<Segment, { start: number; end: number } | null> = {
    answer: null,
    reasoning: null,
  };
  #segment: Segment;
  #held: Piece[] = [];
  #heldText = '';
  /** Raw position of the first held character. */
  #position = 0;
  #skipSpace = false;
  #stopped = false;

  constructor(
    markers: readonly Marker[],
    startsIn: Segment,
    onText: (segment: Segment, text: string) => void,
  ) {
    this.#markers = markers;
    this.#segment = startsIn;
    this.#onText = onText;
    this.#skipSpace = startsIn === 'reasoning';
  }

  /** True from the moment that a stop text was completed; everything after it is ignored. */
  get stopped(): boolean {
    return this.#stopped;
  }

  /**
   * @param hidden text of control tokens: it takes part in markers but is never shown
   */
  push(text: string, hidden = false): void {
    if (this.#stopped || text === '') return;
    this.#held.push({ text, hidden });
    this.#heldText += text;
    for (let found = this.#earliestMarker(); found !== null; found = this.#earliestMarker()) {
      this.#release(found.at);
      this.#drop(found.marker.text.length);
      this.#apply(found.marker.effect);
      if (this.#stopped) return;
    }
    this.#release(this.#heldText.length - this.#possibleMarkerLength());
  }

  /** The answer is over: what was held back is text after all. */
  end(): void {
    if (!this.#stopped) this.#release(this.#heldText.length);
  }

  /** Where the segment lies in the raw text, hidden parts included; null when there is none. */
  range(segment: Segment): RawRange | null {
    return this.#ranges[segment];
  }

  #earliestMarker(): { marker: Marker; at: number } | null {
    let earliest: { marker: Marker; at: number } | null = null;
    for (const marker of this.#markers) {
      const at = this.#heldText.indexOf(marker.text);
      if (at >= 0 && (earliest === null || at < earliest.at)) earliest = { marker, at };
    }
    return earliest;
  }

  #possibleMarkerLength(): number {
    let longest = 0;
    for (const { text } of this.#markers) {
      const most = Math.min(text.length - 1, this.#heldText.length);
      for (let length = most; length > longest; length--) {
        if (this.#heldText.endsWith(text.slice(0, length))) longest = length;
      }
    }
    return longest;
  }

  #apply(effect: Marker['effect']): void {
    if (effect === 'stop') this.#stopped = true;
    else if (effect === 'open-reasoning') this.#enter('reasoning');
    else if (effect === 'close-reasoning') this.#enter('answer');
  }

  #enter(segment: Segment): void {
    this.#segment = segment;
    // Markers are followed by line breaks that are no part of the text.
    this.#skipSpace = true;
  }

  #release(length: number): void {
    for (const { text, hidden } of this.#take(length)) {
      const end = this.#position + text.length;
      this.#position = end;
      const kept = this.#skipSpace && !hidden ? text.trimStart() : text;
      if (kept === '') continue;
      this.#skipSpace = false;
      const start = this.#ranges[this.#segment]?.start ?? end - kept.length;
      this.#ranges[this.#segment] = { start, end };
      if (!hidden) this.#onText(this.#segment, kept);
    }
  }

  #drop(length: number): void {
    for (const { text } of this.#take(length)) this.#position += text.length;
  }

  /** Removes that many characters from the front of what is held. */
  #take(length: number): Piece[] {
    const taken: Piece[] = [];
    let left = length;
    while (left > 0) {
      const piece = this.#held.shift();
      if (piece === undefined) break;
      if (piece.text.length > left) {
        this.#held.unshift({ text: piece.text.slice(left), hidden: piece.hidden });
        taken.push({ text: piece.text.slice(0, left), hidden: piece.hidden });
        left = 0;
      } else {
        taken.push(piece);
        left -= piece.text.length;
      }
    }
    this.#heldText = this.#heldText.slice(length);
    return taken;
  }
}
