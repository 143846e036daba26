// A thread of its own for measuring memory: so many bytes (`workerData`, an even number) that nobody else
// touches, read from end to end whenever a message comes.
import { parentPort, workerData } from 'node:worker_threads';

const bytes = Number(workerData);
// Written, so that every page is there and none is shared with another one.
const [one, other] = [Buffer.alloc(bytes / 2, 1), Buffer.alloc(bytes / 2, 1)];

parentPort?.on('message', () => {
  const startedAt = process.hrtime.bigint();
  // The C library's `memcmp`, which reads all of it: the two are the same.
  one.equals(other);
  parentPort?.postMessage({ startedAt, endedAt: process.hrtime.bigint() });
});
