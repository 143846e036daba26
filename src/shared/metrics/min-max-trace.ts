/** What to do when one more bucket is needed than there is room for. */
export type FullPolicy = 'drop-oldest' | 'halve-resolution';

export interface TraceOptions {
  /** Figures per sample. */
  readonly columns: number;
  /** Time that one bucket stands for; `halve-resolution` doubles it when the trace is full. */
  readonly bucketMs: number;
  /** Buckets kept. Only those that hold a sample count. */
  readonly capacity: number;
  readonly whenFull: FullPolicy;
}

/**
 * Rows ready to be drawn, oldest first. A cell is a value, null where the line must break, or
 * undefined where this column says nothing and its line goes on.
 */
export interface TraceRows {
  readonly times: number[];
  readonly columns: (number | null | undefined)[][];
}

const hasValue = 1;
/** The highest value came after the lowest one. */
const rising = 2;
/** The figure was not measurable since the last value: the line must not be drawn through. */
const gapBefore = 4;

/**
 * The course of a few figures over time, reduced to the lowest and the highest value per bucket as
 * samples come in: a push is O(1) whatever the length, and a spike of one sample stays visible at
 * any resolution. Typed arrays, allocated once.
 */
export class MinMaxTrace {
  readonly #columns: number;
  readonly #capacity: number;
  readonly #whenFull: FullPolicy;
  readonly #bucketNumber: Float64Array;
  readonly #firstMs: Float64Array;
  readonly #lastMs: Float64Array;
  readonly #min: Float64Array;
  readonly #max: Float64Array;
  readonly #flags: Uint8Array;
  readonly #pendingGap: Uint8Array;
  #bucketMs: number;
  #oldest = 0;
  #length = 0;

  constructor(options: TraceOptions) {
    const { columns, bucketMs, capacity, whenFull } = options;
    if (columns < 1 || capacity < 2 || !(bucketMs > 0)) throw new RangeError('empty trace');
    this.#columns = columns;
    this.#capacity = capacity;
    this.#whenFull = whenFull;
    this.#bucketMs = bucketMs;
    this.#bucketNumber = new Float64Array(capacity);
    this.#firstMs = new Float64Array(capacity);
    this.#lastMs = new Float64Array(capacity);
    this.#min = new Float64Array(capacity * columns);
    this.#max = new Float64Array(capacity * columns);
    this.#flags = new Uint8Array(capacity * columns);
    this.#pendingGap = new Uint8Array(columns);
  }

  /** Buckets in use. */
  get length(): number {
    return this.#length;
  }

  get bucketMs(): number {
    return this.#bucketMs;
  }

  /** Time of the oldest sample still kept; null when there is none. */
  get firstMs(): number | null {
    return this.#length === 0 ? null : (this.#firstMs[this.#oldest] ?? null);
  }

  /**
   * @param atMs never smaller than before; a smaller one counts as the last one
   * @param values one per column; null where the figure does not exist now
   */
  push(atMs: number, values: readonly (number | null)[]): void {
    if (values.every(value => value === null)) {
      this.#pendingGap.fill(gapBefore);
      return;
    }
    const slot = this.#slotFor(atMs);
    for (let column = 0; column < this.#columns; column++) {
      const value = values[column] ?? null;
      if (value === null) this.#pendingGap[column] = gapBefore;
      else this.#add(slot * this.#columns + column, column, value);
    }
  }

  /**
   * Writes the rows from `fromMs` on, and one bucket before them so that lines enter from the left.
   * At most three rows per bucket.
   *
   * @param columns which columns, in the order of `out.columns`
   * @param out reused between draws; its arrays are cut to the length needed
   */
  read(fromMs: number, columns: readonly number[], out: TraceRows): void {
    let row = 0;
    const put = (atMs: number) => {
      out.times[row] = atMs;
      for (const cells of out.columns) cells[row] = undefined;
      return row++;
    };
    for (let i = this.#firstBucketFor(fromMs); i < this.#length; i++) {
      const slot = (this.#oldest + i) % this.#capacity;
      const first = this.#firstMs[slot] ?? 0;
      const last = this.#lastMs[slot] ?? 0;
      let any = 0;
      let spread = last > first;
      for (const column of columns) {
        const cell = slot * this.#columns + column;
        const flags = this.#flags[cell] ?? 0;
        any |= flags;
        if ((flags & hasValue) !== 0 && this.#min[cell] !== this.#max[cell]) spread = true;
      }
      if ((any & hasValue) === 0) continue;
      const gapRow = (any & gapBefore) === 0 ? -1 : put(first);
      const firstRow = put(first);
      const lastRow = spread ? put(last) : firstRow;
      for (const [position, column] of columns.entries()) {
        const cells = out.columns[position];
        const cell = slot * this.#columns + column;
        const flags = this.#flags[cell] ?? 0;
        if (cells === undefined || (flags & hasValue) === 0) continue;
        const up = (flags & rising) !== 0;
        if ((flags & gapBefore) !== 0) cells[gapRow] = null;
        cells[firstRow] = up ? this.#min[cell] : this.#max[cell];
        cells[lastRow] = up ? this.#max[cell] : this.#min[cell];
      }
    }
    out.times.length = row;
    for (const cells of out.columns) cells.length = row;
  }

  /** The highest value of one column since `fromMs`; null when there is none. */
  highest(fromMs: number, column: number): number | null {
    let highest: number | null = null;
    for (let i = this.#firstBucketFor(fromMs); i < this.#length; i++) {
      const slot = (this.#oldest + i) % this.#capacity;
      if ((this.#lastMs[slot] ?? 0) < fromMs) continue;
      const cell = slot * this.#columns + column;
      if (((this.#flags[cell] ?? 0) & hasValue) === 0) continue;
      highest = Math.max(highest ?? -Infinity, this.#max[cell] ?? -Infinity);
    }
    return highest;
  }

  /** Position of the last bucket that begins before `fromMs`, or of the oldest one. */
  #firstBucketFor(fromMs: number): number {
    let low = 0;
    let high = this.#length - 1;
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      const first = this.#firstMs[(this.#oldest + middle) % this.#capacity] ?? 0;
      if (first < fromMs) low = middle;
      else high = middle - 1;
    }
    return Math.max(low, 0);
  }

  #slotFor(atMs: number): number {
    const newest = (this.#oldest + this.#length - 1) % this.#capacity;
    const newestNumber = this.#bucketNumber[newest] ?? 0;
    if (this.#length > 0 && Math.floor(atMs / this.#bucketMs) <= newestNumber) {
      this.#lastMs[newest] = Math.max(this.#lastMs[newest] ?? 0, atMs);
      return newest;
    }
    if (this.#length === this.#capacity) {
      if (this.#whenFull === 'halve-resolution') {
        this.#halve();
        return this.#slotFor(atMs);
      }
      this.#oldest = (this.#oldest + 1) % this.#capacity;
      this.#length--;
    }
    const slot = (this.#oldest + this.#length) % this.#capacity;
    this.#length++;
    this.#bucketNumber[slot] = Math.floor(atMs / this.#bucketMs);
    this.#firstMs[slot] = atMs;
    this.#lastMs[slot] = atMs;
    this.#flags.fill(0, slot * this.#columns, (slot + 1) * this.#columns);
    return slot;
  }

  #add(cell: number, column: number, value: number): void {
    const flags = this.#flags[cell] ?? 0;
    if ((flags & hasValue) === 0) {
      this.#min[cell] = value;
      this.#max[cell] = value;
      this.#flags[cell] = hasValue | (this.#pendingGap[column] ?? 0);
    } else if (value < (this.#min[cell] ?? 0)) {
      this.#min[cell] = value;
      this.#flags[cell] = flags & ~rising;
    } else if (value > (this.#max[cell] ?? 0)) {
      this.#max[cell] = value;
      this.#flags[cell] = flags | rising;
    }
    this.#pendingGap[column] = 0;
  }

  /** Doubles the bucket's length until a quarter of the room is free. The oldest slot is 0 here. */
  #halve(): void {
    while (this.#length > (this.#capacity * 3) / 4) {
      this.#bucketMs *= 2;
      let target = -1;
      for (let slot = 0; slot < this.#length; slot++) {
        const number = Math.floor((this.#bucketNumber[slot] ?? 0) / 2);
        if (target >= 0 && this.#bucketNumber[target] === number) this.#merge(slot, target);
        else this.#move(slot, ++target);
        this.#bucketNumber[target] = number;
      }
      this.#length = target + 1;
    }
  }

  #move(from: number, to: number): void {
    const width = this.#columns;
    this.#firstMs[to] = this.#firstMs[from] ?? 0;
    this.#lastMs[to] = this.#lastMs[from] ?? 0;
    this.#min.copyWithin(to * width, from * width, (from + 1) * width);
    this.#max.copyWithin(to * width, from * width, (from + 1) * width);
    this.#flags.copyWithin(to * width, from * width, (from + 1) * width);
  }

  #merge(later: number, into: number): void {
    this.#lastMs[into] = this.#lastMs[later] ?? 0;
    for (let column = 0; column < this.#columns; column++) {
      const a = into * this.#columns + column;
      const b = later * this.#columns + column;
      const flagsA = this.#flags[a] ?? 0;
      const flagsB = this.#flags[b] ?? 0;
      if ((flagsB & hasValue) === 0) continue;
      const [minA, maxA] = [this.#min[a] ?? 0, this.#max[a] ?? 0];
      const [minB, maxB] = [this.#min[b] ?? 0, this.#max[b] ?? 0];
      if ((flagsA & hasValue) === 0) {
        this.#min[a] = minB;
        this.#max[a] = maxB;
        this.#flags[a] = flagsB;
        continue;
      }
      const lowestInA = minA <= minB;
      const highestInA = maxA >= maxB;
      const up =
        lowestInA === highestInA ? ((lowestInA ? flagsA : flagsB) & rising) !== 0 : lowestInA;
      this.#min[a] = Math.min(minA, minB);
      this.#max[a] = Math.max(maxA, maxB);
      this.#flags[a] = (flagsA & ~rising) | (up ? rising : 0);
    }
  }
}
