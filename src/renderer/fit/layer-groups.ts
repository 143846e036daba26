import { type CacheBytes, type CacheSetup, layerBytes } from '#shared/kv-cache/cache-size.ts';
import { type LayerKind, layerKind, type ModelLayer } from '#shared/model/model-layer.ts';

/** Layers that keep the same. */
export interface LayerGroup {
  readonly kind: LayerKind;
  readonly layer: ModelLayer;
  /** Numbers of the layers, from 0, ascending. */
  readonly numbers: readonly number[];
  /** Of all of them together. */
  readonly bytes: CacheBytes;
}

/** In the order of their first layer. */
export function layerGroups(layers: readonly ModelLayer[], setup: CacheSetup): LayerGroup[] {
  const bytes = layerBytes(layers, setup);
  const byShape = Map.groupBy(layers.keys(), number => JSON.stringify(layers[number]));
  return [...byShape.values()].flatMap(numbers => {
    const [first = 0] = numbers;
    const layer = layers[first];
    if (layer === undefined) return [];
    const sum = (part: keyof CacheBytes) =>
      numbers.reduce((total, number) => total + (bytes[number]?.[part] ?? 0), 0);
    return {
      kind: layerKind(layer),
      layer,
      numbers,
      bytes: { k: sum('k'), v: sum('v'), recurrent: sum('recurrent'), total: sum('total') },
    };
  });
}

/** "0\u20135, 7\u201312, 14"; beyond a few ranges how many there are: "26 of them, from 0". */
export function rangesText(numbers: readonly number[]): string {
  const ranges: [number, number][] = [];
  for (const number of numbers) {
    const last = ranges.at(-1);
    if (last !== undefined && last[1] === number - 1) last[1] = number;
    else ranges.push([number, number]);
  }
  if (ranges.length > 3) return `${numbers.length} of them, from ${numbers[0]}`;
  return ranges.map(([from, to]) => (from === to ? String(from) : `${from}\u2013${to}`)).join(', ');
}
