import { bytesPerToken, textbookBytes } from '#shared/kv-cache/cache-size.ts';
import type { CacheType } from '#shared/kv-cache/cache-type.ts';
import { formatBytes, formatPercent, formatTokens } from '#shared/metrics/format.ts';
import type { ModelDescription } from '#shared/model/model-description.ts';
import { type LayerKind, layerKind, type ModelLayer } from '#shared/model/model-layer.ts';
import type { Preset } from '#shared/model/presets.ts';

/** The types that people choose between; the others lie in their range. */
const shownTypes = ['f16', 'q8_0', 'q4_0'] as const satisfies readonly CacheType[];

/** What one token and one sequence cost in the cache. Bytes. */
interface CacheCost {
  readonly bytesPerToken: Readonly<Record<(typeof shownTypes)[number], number>>;
  /** Constant, whatever the context. */
  readonly recurrentBytes: number;
}

type Described = { readonly name: string; readonly layers: readonly ModelLayer[] | null } & (
  | Omit<ModelDescription, 'layers'>
  | Omit<Preset, 'layers' | 'title'>
);
/** One JSON object of `inspect --json`. */
export type Inspected = Described & { readonly cache: CacheCost | null };

export function describedFile(model: ModelDescription): Inspected {
  return { ...model, cache: costOf(model.layers) };
}

export function describedPreset({ title, ...preset }: Preset): Inspected {
  return { name: title, ...preset, cache: costOf(preset.layers) };
}

function costOf(layers: readonly ModelLayer[] | null): CacheCost | null {
  if (layers === null) return null;
  const perToken = (type: CacheType) => bytesPerToken(layers, { typeK: type, typeV: type });
  return {
    bytesPerToken: { f16: perToken('f16'), q8_0: perToken('q8_0'), q4_0: perToken('q4_0') },
    recurrentBytes: textbookBytes(layers, { typeK: 'f16', typeV: 'f16' }, 0, 1).recurrent,
  };
}

/** The same for people: a line per fact, what is not known left out. */
export function inspectText(model: Inspected): string {
  const facts: (readonly [string, string | null])[] = [
    ['Name', model.name],
    ['Architecture', model.architecture],
    ['Parameters', formatTokens(model.parameterCount)],
    ...('fileBytes' in model ? fileFacts(model) : []),
    ['Trained context', withUnit(model.trainedContextLength, 'tokens')],
    ['Vocabulary', withUnit(model.vocabularySize, 'tokens')],
    ['Layers', model.layers === null ? null : layersText(model.layers)],
    ...cacheFacts(model.cache),
    ...('source' in model ? [['Source', model.source] as const] : []),
  ];
  const width = Math.max(...facts.map(([name]) => name.length));
  return facts
    .flatMap(([name, value]) => (value === null ? [] : [`${name.padEnd(width)}  ${value}`]))
    .join('\n');
}

function fileFacts(
  model: Pick<
    ModelDescription,
    'author' | 'fileBytes' | 'weightsBytes' | 'tensorTypes' | 'hasChatTemplate' | 'tokenizer'
  >,
): (readonly [string, string | null])[] {
  return [
    ['Author', model.author],
    ['File', formatBytes(model.fileBytes)],
    ['Weights', `${formatBytes(model.weightsBytes)}: ${mixText(model.tensorTypes)}`],
    ['Tokenizer', model.tokenizer],
    ['Chat template', model.hasChatTemplate ? 'yes' : 'none: it cannot chat as it was trained to'],
  ];
}

function mixText(types: ModelDescription['tensorTypes']): string {
  const total = types.reduce((sum, { bytes }) => sum + bytes, 0);
  return types.map(({ name, bytes }) => `${name} ${formatPercent(bytes / total)}`).join(', ');
}

function cacheFacts(cache: CacheCost | null): (readonly [string, string])[] {
  if (cache === null) return [['Cache', 'not known for this architecture']];
  const perToken = shownTypes
    .map(type => `${formatBytes(cache.bytesPerToken[type])} as ${type}`)
    .join(', ');
  return [
    ['Cache per token', perToken],
    ...(cache.recurrentBytes > 0
      ? [['Recurrent state', `${formatBytes(cache.recurrentBytes)} a sequence`] as const]
      : []),
  ];
}

/** `32: 8 KV heads of 128` or, where layers differ, a part for each kind. */
function layersText(layers: readonly ModelLayer[]): string {
  const kinds = new Map<string, number>();
  for (const layer of layers) {
    const text = layerText(layerKind(layer), layer);
    kinds.set(text, (kinds.get(text) ?? 0) + 1);
  }
  const parts = [...kinds].map(([text, count]) => `${count} ${text}`);
  return `${layers.length}: ${parts.join('; ')}`;
}

function layerText(kind: LayerKind, { attention }: ModelLayer): string {
  if (attention === null) return kind;
  const { kvHeads, keyLength, valueLength, slidingWindow } = attention;
  const heads =
    keyLength === valueLength || valueLength === 0
      ? `of ${keyLength}`
      : `of ${keyLength} (K) and ${valueLength} (V)`;
  const window = slidingWindow === null ? '' : `, ${formatTokens(slidingWindow)} tokens back`;
  return `${kind} (${kvHeads} KV head${kvHeads === 1 ? '' : 's'} ${heads}${window})`;
}

function withUnit(value: number | null, unit: string): string | null {
  return value === null || value === 0 ? null : `${formatTokens(value)} ${unit}`;
}
