import { formatBytes } from './format.ts';

const steps = [1, 2, 5, 10];

/** The smallest of 1, 2, 5 x 10^n that is at least `value`; 1 for anything not above 0. */
export function niceCeiling(value: number): number {
  if (!(value > 0)) return 1;
  const magnitude = 10 ** Math.floor(Math.log10(value));
  const step = steps.find(candidate => candidate * magnitude >= value * (1 - 1e-9)) ?? 10;
  return step * magnitude;
}

/** The smallest of 1, 1.5 x 2^n that is at least `bytes`: whole in a binary unit, and its half too. */
export function niceByteCeiling(bytes: number): number {
  if (!(bytes > 1)) return 1;
  const power = 2 ** Math.floor(Math.log2(bytes));
  return [1, 1.5].map(step => step * power).find(candidate => candidate >= bytes) ?? 2 * power;
}

/**
 * The top of an axis for the highest value in view: grows at once, shrinks only when the values have
 * fallen well below, so that a live chart does not breathe with every sample.
 *
 * @param current the top shown now; null before there was any value
 */
export function steadyCeiling(current: number | null, highest: number | null): number | null {
  return steadily(current, highest, niceCeiling);
}

/** The same for an axis in bytes. */
export function steadyByteCeiling(current: number | null, highest: number | null): number | null {
  return steadily(current, highest, niceByteCeiling);
}

function steadily(
  current: number | null,
  highest: number | null,
  ceilingOf: (value: number) => number,
): number | null {
  if (highest === null) return current;
  const wanted = ceilingOf(highest * 1.05);
  if (current === null || wanted > current) return wanted;
  return highest < current * 0.35 ? wanted : current;
}

/** Seconds before the newest sample as an axis label: "-30 s", "-2 min", "-1.5 h"; 0 is "latest". */
export function timeAgoLabel(secondsAgo: number): string {
  if (secondsAgo < 0.5) return 'latest';
  if (secondsAgo < 120) return `\u2212${Math.round(secondsAgo)} s`;
  if (secondsAgo < 7200) return `\u2212${trimmed(secondsAgo / 60)} min`;
  return `\u2212${trimmed(secondsAgo / 3600)} h`;
}

function trimmed(value: number): string {
  return value.toFixed(1).replace(/\.0$/, '');
}

/** A duration in at most seven characters, for axes: 0, 120 ms, 1.2 s, 90 s, 2.5 min. */
export function shortDuration(ms: number): string {
  if (ms === 0) return '0';
  if (ms < 1000) return `${trimmed(ms)} ms`;
  if (ms < 120_000) return `${trimmed(ms / 1000)} s`;
  return `${trimmed(ms / 60_000)} min`;
}

/** A whole count in at most four characters, for axes: 950, 4.1k, 131k, 1.5M. */
export function shortCount(count: number): string {
  if (count < 1000) return trimmed(count);
  if (count < 999_500) return `${count < 9950 ? trimmed(count / 1000) : Math.round(count / 1000)}k`;
  return `${trimmed(count / 1_000_000)}M`;
}

/** Bytes in binary units in at most seven characters, for axes: 0, 384 KiB, 1.5 GiB. */
export function shortBytes(bytes: number): string {
  return bytes === 0 ? '0' : formatBytes(bytes).replace(/\.0+ |(?<=\.\d)0 /, ' ');
}
