// A thread of its own for measuring memory: so many bytes (`workerData`) that nobody else touches, read
// from end to end whenever a message comes.
import { parentPort, workerData } from 'node:worker_threads';

// Written, so that every page is there and none is shared with another one.
const bytes = Buffer.alloc(Number(workerData), 1);

parentPort?.on('message', () => {
  const startedAt = process.hrtime.bigint();
  // The C library's `memchr`, for a byte that is not there.
  bytes.indexOf(0);
  parentPort?.postMessage({ startedAt, endedAt: process.hrtime.bigint() });
});
