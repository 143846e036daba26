import { estimateError } from '../metrics/cache-forecast.ts';
import type { LoadRecord } from '../model/load-record.ts';

export const estimatedParts = [
  'weightsBytes',
  'kvKBytes',
  'kvVBytes',
  'recurrentBytes',
  'computeBytes',
] as const;
export type EstimatedPart = (typeof estimatedParts)[number];

/** How far estimates have been from what llama.cpp then reserved. */
export interface EstimateTrust {
  readonly loads: number;
  /** (estimated - actual) / actual of the worst load, by part; null where no load can tell. */
  readonly worst: Readonly<Record<EstimatedPart, number | null>>;
  /** The same of all parts together, over the loads where each part is known. */
  readonly worstTotal: number | null;
}

export function estimateTrust(records: readonly LoadRecord[]): EstimateTrust {
  const worst = (errors: readonly (number | null)[]) =>
    errors.reduce(
      (most, error) =>
        error !== null && (most === null || Math.abs(error) > Math.abs(most)) ? error : most,
      null,
    );
  const ofPart = (part: EstimatedPart) =>
    worst(records.map(({ planned, actual }) => estimateError(planned[part], actual[part])));
  return {
    loads: records.length,
    worst: {
      weightsBytes: ofPart('weightsBytes'),
      kvKBytes: ofPart('kvKBytes'),
      kvVBytes: ofPart('kvVBytes'),
      recurrentBytes: ofPart('recurrentBytes'),
      computeBytes: ofPart('computeBytes'),
    },
    worstTotal: worst(
      records.map(({ planned, actual }) => estimateError(totalOf(planned), totalOf(actual))),
    ),
  };
}

type Parts = Readonly<Record<EstimatedPart, number | null>>;

/** Bytes of all parts; null where one is unknown. */
export function totalOf(parts: Parts): number | null {
  return estimatedParts.reduce<number | null>((sum, part) => {
    const bytes = parts[part];
    return sum === null || bytes === null ? null : sum + bytes;
  }, 0);
}
