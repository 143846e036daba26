import { bytesPerToken, textbookBytes } from '#shared/kv-cache/cache-size.ts';
import { type CacheType, cacheTypes } from '#shared/kv-cache/cache-type.ts';
import type { Preset } from '#shared/model/presets.ts';

/** The cache alone, for exactly so many tokens; no program reserves just that. Bytes. */
export interface TextbookRow {
  readonly typeK: CacheType;
  readonly typeV: CacheType;
  readonly bytes: {
    readonly weights: number;
    readonly kvK: number;
    readonly kvV: number;
    readonly recurrent: number;
    /** The cache: what textbooks compute. Weights come on top. */
    readonly total: number;
  };
}

export interface TextbookTable {
  readonly bytesPerToken: number;
  readonly tokens: number;
  readonly batch: number;
  readonly rows: readonly TextbookRow[];
}

/** @param batch sequences of so many tokens each */
export function textbookTable(
  preset: Preset,
  weights: number,
  tokens: number,
  batch: number,
): TextbookTable {
  const rows = cacheTypes.map(type => {
    const types = { typeK: type, typeV: type };
    const { k, v, recurrent, total } = textbookBytes(preset.layers, types, tokens, batch);
    return { ...types, bytes: { weights, kvK: k, kvV: v, recurrent, total } };
  });
  const perToken = bytesPerToken(preset.layers, { typeK: 'f16', typeV: 'f16' });
  return { bytesPerToken: perToken, tokens, batch, rows };
}
