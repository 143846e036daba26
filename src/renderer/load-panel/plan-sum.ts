import type { LoadPlan } from '#shared/model/load.ts';

export interface PlanPart {
  readonly key: 'weights' | 'k' | 'v' | 'recurrent' | 'compute';
  readonly bytes: number;
}

export interface PlanSum {
  readonly parts: readonly PlanPart[];
  readonly total: number;
  /** Parts that nobody could estimate; the total is then a lower bound. */
  readonly unknown: readonly ('cache' | 'compute')[];
}

/** What a load is expected to take. Bytes. */
export function planSum(plan: LoadPlan): PlanSum {
  const { weightsBytes, kvKBytes, kvVBytes, recurrentBytes, computeBytes } = plan;
  const parts: PlanPart[] = [{ key: 'weights', bytes: weightsBytes }];
  const unknown: ('cache' | 'compute')[] = [];
  if (kvKBytes !== null && kvVBytes !== null) {
    parts.push({ key: 'k', bytes: kvKBytes }, { key: 'v', bytes: kvVBytes });
  } else unknown.push('cache');
  if (recurrentBytes !== null && recurrentBytes > 0) {
    parts.push({ key: 'recurrent', bytes: recurrentBytes });
  }
  if (computeBytes !== null) parts.push({ key: 'compute', bytes: computeBytes });
  else unknown.push('compute');
  const total = parts.reduce((sum, part) => sum + part.bytes, 0);
  return { parts, total, unknown };
}
