import { type Field, flagOf, numberOf, runningLayers } from './header-field.ts';

/** How llama.cpp's loader of an architecture decides which layers slide (src/models/*.cpp). */
interface SlidingRule {
  /**
   * `every`: all layers slide. A number: the last layer of each group of so many sees everything; a
   * number in the file takes its place. `flags`: the file says it for each layer.
   */
  readonly pattern: number | 'flags' | 'every';
  /** The seeing layer is the first of its group instead of the last. */
  readonly denseFirst?: true;
  /** A list of flags in the file counts; all other periodic loaders pass over lists in silence. */
  readonly orFlags?: true;
  /** The window where the file does not name one. */
  readonly assumedWindow?: number;
  /** The window whatever number the file names. */
  readonly fixedWindow?: number;
}

const rules: ReadonlyMap<string, SlidingRule> = new Map<string, SlidingRule>([
  ['gemma2', { pattern: 2, assumedWindow: 4096 }],
  ['gemma3', { pattern: 6 }],
  ['gemma3n', { pattern: 5 }],
  ['gemma4', { pattern: 'flags' }],
  ['cohere2', { pattern: 4 }],
  ['olmo2', { pattern: 4 }],
  ['gpt-oss', { pattern: 2 }],
  ['afmoe', { pattern: 4 }],
  ['exaone-moe', { pattern: 4 }],
  ['plamo3', { pattern: 8 }],
  ['smallthinker', { pattern: 4, denseFirst: true, fixedWindow: 4096 }],
  ['laguna', { pattern: 4, denseFirst: true }],
  ['llama4', { pattern: 4, assumedWindow: 8192, fixedWindow: 8192 }],
  ['mellum', { pattern: 4, orFlags: true }],
  ['muse-glimmer', { pattern: 4, orFlags: true }],
  ['mimo2', { pattern: 'flags' }],
  ['step35', { pattern: 'flags' }],
  ['granite_swa', { pattern: 'flags' }],
  ['lfm2', { pattern: 'every' }],
]);

/** Whose windows are not understood: caches of yet another form, or a loader that may abort. */
const unknown = new Set(['cohere2moe', 'gemma4-assistant', 'dots3note', 'deepseek4', 'dflash']);

/**
 * Window of each layer in tokens, null where it sees everything; null at all where it is not known
 * which layers slide. A window that the loader of the architecture does not read is none.
 */
export function slidingWindows(
  architecture: string,
  field: Field,
): ((layer: number) => number | null) | null {
  if (unknown.has(architecture)) return null;
  const rule = architecture === 'exaone4' ? exaone4Rule(field) : rules.get(architecture);
  if (rule === undefined) return () => null;
  const window = windowOf(rule, field);
  if (window === null) return () => null;
  const slides = slidingLayers(rule, field);
  if (slides === null) return null;
  const running = runningLayers(field);
  return layer => (layer < running && slides(layer) ? window : null);
}

/** Only the large model of this family slides, and is known by its number of layers. */
function exaone4Rule(field: Field): SlidingRule | undefined {
  return runningLayers(field) === 64 ? { pattern: 4, assumedWindow: 4096 } : undefined;
}

function windowOf(rule: SlidingRule, field: Field): number | null {
  const declared = numberOf(field('attention.sliding_window')) ?? rule.assumedWindow ?? 0;
  return declared === 0 ? null : (rule.fixedWindow ?? declared);
}

function slidingLayers(rule: SlidingRule, field: Field): ((layer: number) => boolean) | null {
  const { pattern, denseFirst } = rule;
  if (pattern === 'every') return () => true;
  const told = field('attention.sliding_window_pattern');
  if (pattern === 'flags' || (rule.orFlags && Array.isArray(told))) {
    return told === undefined ? null : layer => flagOf(told, layer);
  }
  const period = numberOf(told) ?? pattern;
  if (period === 0) return () => true;
  return layer => (denseFirst ? layer % period !== 0 : layer % period < period - 1);
}
