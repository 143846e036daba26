import { availableParallelism } from 'node:os';
import type { Llama } from 'node-llama-cpp';
import type { ThreadTrial } from '#shared/model/load.ts';
import type { SequenceCache } from '../turn/sequence-cache.ts';

const tokensPerTrial = 8;
/** A trial ends early once it has taken this long and measured at least two tokens. */
const trialBudgetMs = 200;
/** Fewer threads are chosen when they cost at most this much: they leave room for other programs. */
const tolerance = 1.05;
/** One token this many times slower than the best count decides a trial. */
const hopeless = 3;

export interface Calibration {
  readonly threads: number;
  readonly trials: readonly ThreadTrial[];
}

/**
 * Finds the number of threads that decodes fastest now, by decoding with each. Guessing is
 * dangerous: the threads of llama.cpp spin at barriers, and one thread more than there are free
 * cores is ten to two hundred times slower.
 *
 * The context must have been created with at least as many threads as there are cores; the number
 * in use is then stepped live. The sequence must be empty and is empty afterwards.
 */
export async function calibrateThreads(
  llama: Llama,
  cache: SequenceCache,
  offloaded: boolean,
  signal: AbortSignal,
  onProgress: (fraction: number) => void,
): Promise<Calibration> {
  const counts = threadCounts(availableParallelism(), offloaded);
  const trials: ThreadTrial[] = [];
  try {
    for (const [index, threads] of counts.entries()) {
      signal.throwIfAborted();
      onProgress(index / counts.length);
      llama.maxThreads = threads;
      const best = Math.min(...trials.map(trial => trial.medianMs));
      trials.push({ threads, medianMs: await decodeMedian(cache, best) });
    }
  } finally {
    await cache.clear();
  }
  const threads = chooseThreads(trials);
  llama.maxThreads = threads;
  return { threads, trials };
}

/** The counts worth trying: powers of two, and all but one and all of the cores. */
export function threadCounts(cores: number, offloaded: boolean): number[] {
  const counts = new Set<number>();
  for (let count = 1; count < cores; count *= 2) counts.add(count);
  counts.add(cores);
  if (cores > 2) counts.add(cores - 1);
  // With every layer on the GPU the CPU only prepares the work: few threads are enough.
  const sorted = [...counts].sort((a, b) => a - b);
  return offloaded ? sorted.filter(count => count <= 4) : sorted;
}

/** The fewest threads whose median is within the tolerance of the best. */
export function chooseThreads(trials: readonly ThreadTrial[]): number {
  const best = Math.min(...trials.map(trial => trial.medianMs));
  const good = trials.filter(trial => trial.medianMs <= best * tolerance);
  return Math.min(...good.map(trial => trial.threads));
}

async function decodeMedian(cache: SequenceCache, bestMs: number): Promise<number> {
  const { sequence } = cache;
  const token = sequence.model.tokens.bos ?? sequence.model.tokens.eos;
  if (token === null) return 0;
  const times: number[] = [];
  const startedAt = performance.now();
  let firstMs = 0;
  // One more than is measured: the first token with a new count pays for waking the threads.
  for (let i = 0; i <= tokensPerTrial; i++) {
    const before = performance.now();
    await sequence.evaluateWithoutGeneratingNewTokens([token]);
    const now = performance.now();
    if (i === 0) {
      firstMs = now - before;
      continue;
    }
    times.push(now - before);
    // Two tokens in a row this slow are no hiccup of the machine but a count that will not do.
    if (Math.min(firstMs, now - before) > bestMs * hopeless ** 2) break;
    if (times.length < 2) continue;
    if (now - startedAt > trialBudgetMs || median(times) > bestMs * hopeless) break;
  }
  return median(times);
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? 0;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? 0) + upper) / 2;
}
