import type { SpeedMeasurement } from '#shared/compare/speed-measurement.ts';
import { AppError } from '#shared/errors/app-error.ts';
import type { TurnSamples } from '#shared/tune/tune.ts';

/** Times of the turns of one configuration, in their order. */
export class TurnTimes {
  readonly turnMs: number[] = [];
  readonly #prefillMs: number[] = [];
  readonly #decodeMs: number[] = [];

  /** @throws AppError `internal` for a measurement without one of its parts */
  add({ prefill, decode }: SpeedMeasurement): void {
    if (prefill === null || decode === null) {
      throw new AppError('internal', 'A turn was measured in part only.');
    }
    this.turnMs.push(prefill.ms + decode.ms);
    this.#prefillMs.push(prefill.ms);
    this.#decodeMs.push(decode.ms);
  }

  samples(): TurnSamples {
    return { turnMs: this.turnMs, prefillMs: this.#prefillMs, decodeMs: this.#decodeMs };
  }
}
