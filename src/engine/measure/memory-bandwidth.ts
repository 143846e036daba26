import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import { extname, join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { z } from 'zod';
import type { MemoryBandwidth } from '#shared/compare/memory-bandwidth.ts';
import { sampleStatistics } from '#shared/compare/sample-statistics.ts';

/** Source or bundle: the other file lies beside this one under the same ending. */
const scanPath = join(import.meta.dirname, `memory-scan${extname(import.meta.filename)}`);

const mebibyte = 1024 ** 2;
/** In all, and of every thread: more than last-level caches hold, which grow with the cores. */
const wantedBytes = 256 * mebibyte;
const wantedBytesOfThread = 64 * mebibyte;
/** Fewer would be read from a cache. */
const leastBytes = 64 * mebibyte;
/** At most this share of what is free. */
const freeShare = 0.25;

const repetitions = 9;

/** On a clock that all threads of a process share. Nanoseconds. */
const spanSchema = z.object({ startedAt: z.bigint(), endedAt: z.bigint() });

/**
 * How fast this machine reads its memory: threads that each scan bytes of their own, all at once. What is
 * timed is from the first one's start to the last one's end. Null where there is too little free memory.
 *
 * @param threads that compute; more than there are cores read no faster
 */
export async function measureBandwidth(threads: number): Promise<MemoryBandwidth | null> {
  const count = Math.min(threads, availableParallelism());
  const wanted = Math.max(wantedBytes, wantedBytesOfThread * count);
  const total = Math.min(wanted, process.availableMemory() * freeShare);
  if (total < leastBytes) return null;
  const bytes = 2 * Math.floor(total / count / 2);
  const workers = Array.from({ length: count }, () => new Worker(scanPath, { workerData: bytes }));
  try {
    // Discarded: the threads start, and fill their bytes.
    await scanAll(workers);
    const samples: number[] = [];
    while (samples.length < repetitions) {
      samples.push((bytes * count) / (await scanAll(workers)));
    }
    return { bytesPerSecond: sampleStatistics(samples), threads: count };
  } finally {
    await Promise.all(workers.map(worker => worker.terminate()));
  }
}

/** @returns seconds */
async function scanAll(workers: readonly Worker[]): Promise<number> {
  const spans = await Promise.all(
    workers.map(async worker => {
      worker.postMessage(null);
      const [span] = await once(worker, 'message');
      return spanSchema.parse(span);
    }),
  );
  const startedAt = spans.map(span => span.startedAt).reduce((a, b) => (a < b ? a : b));
  const endedAt = spans.map(span => span.endedAt).reduce((a, b) => (a > b ? a : b));
  return Number(endedAt - startedAt) / 1e9;
}
