import type { ComparisonResult } from './comparison.ts';
import { configurationNames } from './configuration.ts';
import type { MeasuredSpeed } from './speed.ts';

export type SpeedComparison = Pick<ComparisonResult, 'configurations' | 'speed' | 'facts'>;

/** One that was measured, by name. */
export interface NamedSpeed extends MeasuredSpeed {
  readonly name: string;
  readonly keepsCache: boolean;
}

export function namedSpeeds({
  configurations,
  speed,
}: Pick<SpeedComparison, 'configurations' | 'speed'>): NamedSpeed[] {
  const names = configurationNames(configurations);
  return (speed?.configurations ?? []).flatMap((each, index) =>
    each.outcome === 'measured'
      ? {
          ...each,
          name: names[index] ?? '',
          keepsCache: configurations[index]?.keepsCache ?? true,
        }
      : [],
  );
}
