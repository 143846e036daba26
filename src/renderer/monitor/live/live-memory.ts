import { createStore, type StoreApi } from 'zustand/vanilla';
import { MemoryHistory } from '#shared/metrics/memory-history.ts';
import type { MemorySample } from '#shared/metrics/memory-sample.ts';
import type { AppClient, Connection } from '../../connection/connection.ts';
import type { PageVisibility } from '../../state/page-visibility.ts';
import type { LiveTelemetry } from './live-telemetry.ts';

/** Memory over time, sampled by the host only while this page shows it. */
export interface LiveMemory {
  readonly history: MemoryHistory;
  /** The latest sample; null before the first one and while nobody looks. */
  readonly current: StoreApi<{ readonly sample: MemorySample | null }>;
  /** Has memory sampled until it is disposed of; not while the page is hidden. */
  watch(): Disposable;
}

export function createLiveMemory(
  connection: Connection,
  telemetry: Pick<LiveTelemetry, 'history' | 'timePassed'>,
  visibility: PageVisibility,
): LiveMemory {
  const history = new MemoryHistory(telemetry.history);
  const current = createStore<{ readonly sample: MemorySample | null }>(() => ({ sample: null }));
  const watches = new Set<Disposable>();
  let client: AppClient | null = null;
  let stream: AbortController | null = null;

  connection.onOpen(next => {
    client = next;
    next.onClose(() => {
      client = null;
      close();
    });
    update();
  });
  visibility.onChange(update);

  function update(): void {
    if (watches.size > 0 && visibility.isVisible()) open();
    else close();
  }

  function open(): void {
    if (client === null || stream !== null) return;
    const mine = new AbortController();
    stream = mine;
    client
      .stream(
        'memory.watch',
        {},
        {
          signal: mine.signal,
          onItem: sample => {
            if (stream === mine) receive(sample);
          },
        },
      )
      // It ends by being closed here, or with the connection; the next one opens it again.
      .catch(() => {});
  }

  function close(): void {
    stream?.abort();
    stream = null;
    history.pause();
    current.setState({ sample: null });
  }

  function receive(sample: MemorySample): void {
    history.push(sample, performance.now());
    current.setState({ sample });
    telemetry.timePassed();
  }

  return {
    history,
    current,
    watch() {
      const watch = {
        [Symbol.dispose]() {
          watches.delete(watch);
          update();
        },
      };
      watches.add(watch);
      update();
      return watch;
    },
  };
}
