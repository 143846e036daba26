import { formatTokens } from '../metrics/format.ts';
import {
  baselineTypes,
  type FidelityResult,
  type FidelityRow,
  type MeasuredRow,
  type TypePair,
} from './fidelity.ts';

/** `q8_0`, or `q8_0:q4_0` where K and V differ. */
export function pairName({ typeK, typeV }: TypePair): string {
  return typeK === typeV ? typeK : `${typeK}:${typeV}`;
}

/** Two significant digits: 0.026, 6.6e-4, 0. */
export function formatDivergence(nats: number): string {
  if (nats === 0) return '0';
  return nats < 0.001 ? nats.toExponential(1) : significant(nats, 2);
}

/** Four significant digits, and never fewer than the whole number has: 8.214, 151,080. */
export function formatPerplexity(value: number): string {
  return significant(value, 4);
}

function significant(value: number, digits: number): string {
  return new Intl.NumberFormat('en-US', {
    minimumSignificantDigits: digits,
    maximumSignificantDigits: Math.max(digits, Math.floor(Math.log10(value)) + 1),
  }).format(value);
}

/** What a run means, a sentence each: what was changed how often, K against V, and how far it holds. */
export function fidelitySentences({ baseline, rows, text }: FidelityResult): string[] {
  const measured = rows.filter(isMeasured);
  const noise = measured.find(isBaseline);
  const places = text.expected.length;
  return [
    ...measured.filter(row => !isBaseline(row)).map(row => changeSentence(row, noise, places)),
    ...keysAgainstValues(measured),
    ...flattered(measured, baseline.perplexity),
    noiseSentence(noise),
    `All this holds for this model on this text of ${formatTokens(places)} places; another text gives other figures.`,
  ];
}

export function isMeasured(row: FidelityRow): row is MeasuredRow {
  return row.status === 'measured';
}

function isBaseline({ typeK, typeV }: TypePair): boolean {
  return typeK === baselineTypes.typeK && typeV === baselineTypes.typeV;
}

function changeSentence(row: MeasuredRow, noise: MeasuredRow | undefined, places: number): string {
  const { klDivergence, top1Changes } = row;
  if (noise !== undefined && klDivergence.mean <= noise.klDivergence.mean) {
    return `${pairName(row)} cannot be told from the noise floor.`;
  }
  const changes = top1Changes === 0 ? 'none' : formatTokens(top1Changes);
  return `${pairName(row)} changes the most likely next token in ${changes} of ${formatTokens(places)} places.`;
}

/** Perplexity sees one token a position, so that it can fall although everything else has moved. */
function flattered(measured: readonly MeasuredRow[], baseline: number): string[] {
  const names = measured.filter(row => row.perplexity < baseline && !isBaseline(row)).map(pairName);
  if (names.length === 0) return [];
  return [
    `A perplexity below that of f16 (${names.join(', ')}) is no gain: the divergence says how much has changed.`,
  ];
}

function noiseSentence(noise: MeasuredRow | undefined): string {
  if (noise === undefined) {
    return 'The noise floor could not be measured: f16 against itself failed.';
  }
  const { mean, max } = noise.klDivergence;
  return max === 0
    ? 'Noise floor: f16 against itself gives the very same figures.'
    : `Noise floor: f16 against itself diverges by ${formatDivergence(mean)} nats per token, ${formatDivergence(max)} at most.`;
}

/** For each type that was tried on K alone and on V alone, which of the two costs more. */
function keysAgainstValues(measured: readonly MeasuredRow[]): string[] {
  return measured.flatMap(keys => {
    if (keys.typeV !== 'f16' || keys.typeK === 'f16') return [];
    const values = measured.find(row => row.typeK === 'f16' && row.typeV === keys.typeK);
    if (values === undefined) return [];
    const [k, v] = [keys.klDivergence.mean, values.klDivergence.mean];
    const figures = `(${formatDivergence(k)} against ${formatDivergence(v)} nats per token)`;
    if (k === v) return `${keys.typeK} costs as much on K alone as on V alone ${figures}.`;
    return `${keys.typeK} on K alone costs ${k > v ? 'more' : 'less'} than on V alone ${figures}.`;
  });
}
