import type { EngineMemory, MemorySample } from '#shared/metrics/memory-sample.ts';
import type { StreamContext } from '#shared/rpc/server.ts';
import type { EngineSupervisor } from '../engine/supervisor.ts';

const beatMs = 1000;

/** Memory over time, sampled only while somebody watches: one beat for all who do. */
export interface MemoryService {
  /** A sample a second, until the watcher leaves; the first watcher's first one at once. */
  watch(watcher: StreamContext<MemorySample>): Promise<null>;
}

interface Watcher {
  emit(sample: MemorySample): void;
}

export function createMemoryService(engine: Pick<EngineSupervisor, 'running'>): MemoryService {
  const watchers = new Set<Watcher>();
  let timer: ReturnType<typeof setInterval> | undefined;
  let isAsking = false;

  /** An engine that takes longer than a beat to answer is not asked again before it has. */
  async function beat(): Promise<void> {
    if (isAsking) return;
    isAsking = true;
    const sample = {
      engine: await engineMemory(engine),
      hostResidentBytes: process.memoryUsage.rss(),
    };
    isAsking = false;
    for (const watcher of watchers) watcher.emit(sample);
  }

  function join(watcher: Watcher): void {
    watchers.add(watcher);
    if (timer !== undefined) return;
    timer = setInterval(beat, beatMs);
    void beat();
  }

  function leave(watcher: Watcher): void {
    watchers.delete(watcher);
    if (watchers.size > 0) return;
    clearInterval(timer);
    timer = undefined;
  }

  return {
    watch(context) {
      const left = Promise.withResolvers<null>();
      const watcher = createWatcher(context);
      join(watcher);
      context.signal.addEventListener('abort', () => left.resolve(null), { once: true });
      return left.promise.finally(() => leave(watcher));
    },
  };
}

/** Null without an engine, and when it dies over the question. */
async function engineMemory({
  running,
}: Pick<EngineSupervisor, 'running'>): Promise<EngineMemory | null> {
  const question = running()?.client.call('memory.sample', {});
  return (await question?.catch(() => null)) ?? null;
}

/** A watcher that does not keep up is not sent what is old by the time it is taken. */
function createWatcher({ emit }: StreamContext<MemorySample>): Watcher {
  let isBehind = false;
  return {
    emit(sample) {
      if (isBehind) return;
      const room = emit(sample);
      if (room === undefined) return;
      isBehind = true;
      void room.then(() => {
        isBehind = false;
      });
    },
  };
}
