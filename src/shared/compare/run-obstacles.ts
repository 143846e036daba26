import { formatTokens } from '../metrics/format.ts';
import type { ComparisonFacts, ComparisonResult } from './comparison.ts';

/** A configuration of both runs, and its places in them. */
export interface SharedConfiguration {
  readonly name: string;
  readonly first: number;
  readonly second: number;
}

/** Why the figures of two runs do not compare, a plain sentence each; none where they do. */
export function differenceObstacles(
  first: ComparisonResult,
  second: ComparisonResult,
  shared: readonly SharedConfiguration[],
): string[] {
  return [
    ...(shared.length === 0 ? ['The two runs have no configuration in common.'] : []),
    ...modelObstacles(first.facts, second.facts),
    ...factObstacles(first.facts, second.facts),
    ...resolvedObstacles(first, second, shared),
    ...speedObstacles(first, second),
    ...fidelityObstacles(first, second),
  ];
}

function modelObstacles(first: ComparisonFacts, second: ComparisonFacts): string[] {
  const [one, other] = [first.modelFingerprint, second.modelFingerprint];
  if (one === null || other === null) {
    return ['Whether both runs had the same weights is not known: a file could not be read then.'];
  }
  if (one === other) return [];
  return first.model.name === second.model.name
    ? [`The weights differ: two files of the name "${first.model.name}".`]
    : [`The models differ: ${inTurn(first.model.name, second.model.name)}.`];
}

const told: readonly (readonly [what: string, of: (facts: ComparisonFacts) => string])[] = [
  ['The release of llama.cpp', facts => facts.llamaCppRelease],
  ['The release of node-llama-cpp', facts => facts.bindingsRelease],
  ['The version of Headroom', facts => facts.appVersion],
  ['The processor', facts => facts.cpu || 'one without a name'],
  ['The backend', facts => [facts.backend, ...facts.devices].join(', ')],
  ['The number of layers on the GPU', facts => formatTokens(facts.gpuLayers)],
];

function factObstacles(first: ComparisonFacts, second: ComparisonFacts): string[] {
  return told.flatMap(([what, of]) => differing(what, of(first), of(second)));
}

interface Resolved {
  readonly threads: number;
  /** Null where llama.cpp said nothing. */
  readonly flashAttention: boolean | null;
}

/** What each `auto` came to is in no configuration. */
const resolutions: readonly (readonly [what: string, of: (resolved: Resolved) => string])[] = [
  ['The number of threads', ({ threads }) => `${threads}`],
  [
    'Flash attention',
    ({ flashAttention }) => (flashAttention === null ? 'not known' : flashAttention ? 'on' : 'off'),
  ],
];

function resolvedObstacles(
  first: ComparisonResult,
  second: ComparisonResult,
  shared: readonly SharedConfiguration[],
): string[] {
  return resolutions.flatMap(([what, of]) => {
    const names = new Map<string, string[]>();
    for (const { name, first: one, second: other } of shared) {
      const [before, after] = [resolvedOf(first, one), resolvedOf(second, other)];
      if (before === null || after === null || of(before) === of(after)) continue;
      const values = inTurn(of(before), of(after));
      names.set(values, [...(names.get(values) ?? []), name]);
    }
    return [...names].map(
      ([values, these]) => `${what} of ${these.join(' and of ')} differs: ${values}.`,
    );
  });
}

function resolvedOf({ speed, fidelity }: ComparisonResult, index: number): Resolved | null {
  const timed = speed?.configurations[index];
  if (timed?.outcome === 'measured') {
    const { threads, actual } = timed.report;
    return { threads, flashAttention: actual.flashAttention };
  }
  const read = fidelity?.configurations[index];
  return read?.outcome === 'measured' ? read : null;
}

function speedObstacles(first: ComparisonResult, second: ComparisonResult): string[] {
  const [one, other] = [first.speed?.series, second.speed?.series];
  if (one === undefined || other === undefined) return [];
  return [
    ...differing(
      'The length of the prompt',
      formatTokens(one.promptTokens),
      formatTokens(other.promptTokens),
    ),
    ...differing(
      'The number of generated tokens',
      formatTokens(one.generatedTokens),
      formatTokens(other.generatedTokens),
    ),
    ...differing('The seed of the tokens', `${one.seed}`, `${other.seed}`),
  ];
}

function fidelityObstacles(first: ComparisonResult, second: ComparisonResult): string[] {
  const [one, other] = [first.fidelity, second.fidelity];
  if (one === null || other === null) return [];
  return [
    ...(one.text.sha256 === other.text.sha256
      ? []
      : [
          `Fidelity was measured over different texts, of ${inTurn(places(one.text.expected), places(other.text.expected))}.`,
        ]),
    ...differing(
      'The batch of the f16 cache that fidelity is held against',
      `${one.baseline.batchSize}`,
      `${other.baseline.batchSize}`,
    ),
  ];
}

function places(expected: readonly string[]): string {
  return `${formatTokens(expected.length)} places`;
}

function differing(what: string, one: string, other: string): string[] {
  return one === other ? [] : [`${what} differs: ${inTurn(one, other)}.`];
}

function inTurn(one: string, other: string): string {
  return `${one} in the first run, ${other} in the second`;
}
