import type { TelemetrySample } from '#shared/metrics/telemetry.ts';
import { createSignal, type Signal } from '#shared/rpc/signal.ts';
import { RateWindow } from './rate-window.ts';

/** What a sample says about the cache. */
export interface CacheFill {
  readonly usedTokens: number;
  readonly capacityTokens: number;
  readonly usedBytes: number | null;
  readonly capacityBytes: number | null;
}

const noCache: CacheFill = {
  usedTokens: 0,
  capacityTokens: 0,
  usedBytes: null,
  capacityBytes: null,
};

/** While tokens bring no text (a special token, half a character) samples come at this distance. */
const silentIntervalMs = 250;

/** Keeps the telemetry signal up to date. */
export class TelemetryMeter {
  readonly #signal = createSignal<TelemetrySample>(sample('idle', noCache, null, null));
  #window = new RateWindow();
  #sampledAt = 0;

  get signal(): Signal<TelemetrySample> {
    return this.#signal;
  }

  idle(fill: CacheFill | null): void {
    this.#window = new RateWindow();
    this.#signal.set(sample('idle', fill ?? noCache, null, null));
  }

  prefill(fill: CacheFill, tokensPerSecond: number | null): void {
    this.#signal.set(sample('prefill', fill, tokensPerSecond, null));
  }

  /**
   * @param atMs when the token was sampled
   * @param fill called only when a sample is due
   */
  decoded(atMs: number, fill: () => CacheFill): void {
    this.#window.record(atMs);
    if (atMs - this.#sampledAt >= silentIntervalMs) this.decoding(fill());
  }

  /** A sample that goes out together with text: what shows both is drawn once for both. */
  decoding(fill: CacheFill): void {
    this.#sampledAt = performance.now();
    this.#signal.set(sample('decode', fill, null, this.#window.tokensPerSecond()));
  }
}

function sample(
  phase: TelemetrySample['phase'],
  fill: CacheFill,
  prefillTokensPerSecond: number | null,
  decodeTokensPerSecond: number | null,
): TelemetrySample {
  return {
    atMs: performance.now(),
    phase,
    cacheUsedTokens: fill.usedTokens,
    cacheCapacityTokens: fill.capacityTokens,
    cacheUsedBytes: fill.usedBytes,
    cacheCapacityBytes: fill.capacityBytes,
    prefillTokensPerSecond,
    decodeTokensPerSecond,
  };
}
