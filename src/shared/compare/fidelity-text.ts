import { formatTokens } from '../metrics/format.ts';
import type { ComparisonResult } from './comparison.ts';
import { type Configuration, configurationNames } from './configuration.ts';
import type {
  ConfigurationFidelity,
  FidelityFigures,
  FidelityResult,
  MeasuredFidelity,
} from './fidelity.ts';

/** A whole result with the figures of fidelity in it. */
export interface FidelityComparison extends Pick<ComparisonResult, 'configurations'> {
  readonly fidelity: FidelityResult;
}

/** One that was measured, by name. */
export interface NamedFidelity extends MeasuredFidelity {
  readonly name: string;
  readonly configuration: Configuration;
  /** Its place in the request. */
  readonly index: number;
}

export function namedFidelities({ configurations, fidelity }: FidelityComparison): NamedFidelity[] {
  const names = configurationNames(configurations);
  return configurations.flatMap((configuration, index) => {
    const figures = fidelity.configurations[index];
    return figures?.outcome === 'measured'
      ? { ...figures, configuration, index, name: names[index] ?? '' }
      : [];
  });
}

/** What f16 against itself is called. */
export const repeatedBaseline = 'f16 again';

export const fidelityHead = ['KL mean', 'p95', 'p99', 'max', 'same first token', 'perplexity'];

/** In the order of {@link fidelityHead}. */
export function fidelityCells({
  klDivergence: { mean, p95, p99, max },
  top1Agreement,
  perplexity,
}: FidelityFigures): string[] {
  return [
    ...[mean, p95, p99, max].map(formatDivergence),
    formatAgreement(top1Agreement),
    formatPerplexity(perplexity),
  ];
}

/** Of a share from 0 to 1; what is not the same everywhere is never shown as all of it: 95.1 %, > 99.9 %. */
export function formatAgreement(share: number): string {
  return share < 1 && share > 0.9995 ? '> 99.9 %' : `${(share * 100).toFixed(1)} %`;
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
export function fidelitySentences(result: FidelityComparison): string[] {
  const { baseline, noise, text } = result.fidelity;
  const measured = namedFidelities(result);
  const places = text.expected.length;
  return [
    ...measured.map(each => changeSentence(each, noise, places)),
    ...keysAgainstValues(measured, noise),
    ...flattered(measured, baseline.perplexity),
    noiseSentence(noise),
    `All this holds for this model on this text of ${formatTokens(places)} places; another text gives other figures.`,
  ];
}

function changeSentence(
  { name, klDivergence, top1Changes }: NamedFidelity,
  noise: ConfigurationFidelity,
  places: number,
): string {
  if (noise.outcome === 'measured' && klDivergence.mean <= noise.klDivergence.mean) {
    return `${name} cannot be told from the noise floor.`;
  }
  const changes = top1Changes === 0 ? 'none' : formatTokens(top1Changes);
  return `${name} changes the most likely next token in ${changes} of ${formatTokens(places)} places.`;
}

/** Perplexity sees one token a position, so that it can fall although everything else has moved. */
function flattered(measured: readonly NamedFidelity[], baseline: number): string[] {
  const names = measured.filter(({ perplexity }) => perplexity < baseline).map(({ name }) => name);
  if (names.length === 0) return [];
  return [
    `A perplexity below that of f16 (${names.join(', ')}) is no gain: the divergence says how much has changed.`,
  ];
}

function noiseSentence(noise: ConfigurationFidelity): string {
  if (noise.outcome === 'failed') {
    return 'The noise floor could not be measured: f16 against itself failed.';
  }
  const { mean, max } = noise.klDivergence;
  return max === 0
    ? 'Noise floor: f16 against itself gives the very same figures.'
    : `Noise floor: f16 against itself diverges by ${formatDivergence(mean)} nats per token, ${formatDivergence(max)} at most.`;
}

/** For each type that was tried on K alone and on V alone, which of the two costs more; none within the noise. */
function keysAgainstValues(
  measured: readonly NamedFidelity[],
  noise: ConfigurationFidelity,
): string[] {
  const floor = noise.outcome === 'measured' ? noise.klDivergence.mean : 0;
  return measured.flatMap(keys => {
    const { typeK, typeV } = keys.configuration;
    if (typeV !== 'f16' || typeK === 'f16') return [];
    const values = measured.find(
      ({ configuration }) => configuration.typeK === 'f16' && configuration.typeV === typeK,
    );
    if (values === undefined) return [];
    const [k, v] = [keys.klDivergence.mean, values.klDivergence.mean];
    if (floor > 0 && Math.max(k, v) <= floor) return [];
    const figures = `(${formatDivergence(k)} against ${formatDivergence(v)} nats per token)`;
    if (k === v) return `${typeK} costs as much on K alone as on V alone ${figures}.`;
    return `${typeK} on K alone costs ${k > v ? 'more' : 'less'} than on V alone ${figures}.`;
  });
}
