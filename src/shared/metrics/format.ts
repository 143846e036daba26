/** What stands in the place of a figure that was not, or could not be, measured. */
export const notMeasured = 'not measured';

const integers = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });

/** Binary units, three significant digits: 1.41 GiB, 544 MiB, 512 B. */
export function formatBytes(bytes: number | null): string {
  if (bytes === null) return notMeasured;
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  let value = bytes;
  let unit = 0;
  // 999.5 would round to 1000 of a unit: step up before that.
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1024;
    unit++;
  }
  return `${unit === 0 ? integers.format(value) : significant(value)} ${units[unit]}`;
}

/** In powers of ten, four significant digits, as papers and disks count: 180.4 GB, 1.409 GB. */
export function formatDecimalBytes(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let value = bytes;
  let unit = 0;
  while (value >= 999.95 && unit < units.length - 1) {
    value /= 1000;
    unit++;
  }
  return `${unit === 0 ? integers.format(value) : significant(value, 4)} ${units[unit]}`;
}

/** Whole tokens with thousands separators: 24,576. */
export function formatTokens(tokens: number | null): string {
  return tokens === null ? notMeasured : integers.format(tokens);
}

/** The same with its unit: 24,576 tokens, 1 token. */
export function formatTokenCount(tokens: number | null): string {
  if (tokens === null) return notMeasured;
  return `${formatTokens(tokens)} ${tokens === 1 ? 'token' : 'tokens'}`;
}

/** 0.84 ms, 840 ms, 2.1 s, 1 min 5 s. */
export function formatDuration(ms: number | null): string {
  if (ms === null) return notMeasured;
  if (ms < 999.5) return `${ms < 99.5 ? significant(ms, 2) : integers.format(ms)} ms`;
  if (ms < 59_950) return `${(ms / 1000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1000);
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min ${seconds % 60} s`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** A duration that is still going on, in whole seconds that are over: 35 s, 2 min 5 s. */
export function formatElapsed(ms: number): string {
  const seconds = Math.floor(ms / 1000);
  return seconds < 60 ? `${seconds} s` : formatDuration(seconds * 1000);
}

/** Tokens per second, three significant digits. */
export function formatRate(tokensPerSecond: number | null): string {
  return tokensPerSecond === null ? notMeasured : `${significant(tokensPerSecond)} tokens/s`;
}

/** A fraction 0..1 as whole percent; what is above nothing is never shown as 0. */
export function formatPercent(fraction: number | null): string {
  if (fraction === null) return notMeasured;
  if (fraction > 0 && fraction < 0.005) return '< 1 %';
  return `${Math.round(fraction * 100)} %`;
}

function significant(value: number, digits = 3): string {
  if (value === 0) return '0';
  const whole = Math.floor(Math.log10(Math.abs(value))) + 1;
  if (whole >= digits) return integers.format(value);
  return value.toFixed(Math.min(digits - whole, digits - 1));
}
