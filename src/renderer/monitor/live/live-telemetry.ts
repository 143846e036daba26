import { createStore, type StoreApi } from 'zustand/vanilla';
import type { CacheMap } from '#shared/cache-map/cache-map.ts';
import type { TelemetrySample } from '#shared/metrics/telemetry.ts';
import { TelemetryHistory, type TimeWindow } from '#shared/metrics/telemetry-history.ts';
import type { Connection } from '../../connection/connection.ts';
import type { AppStore } from '../../state/app-store.ts';
import type { Chat } from '../../state/chat-store.ts';
import { createDrawSchedule, type DrawSchedule } from './draw-schedule.ts';

/**
 * Charts and figures move together, four times a second: faster than a figure can be read, and a
 * pixel of the usual window is 400 ms wide. Painting more often would take time from decoding.
 */
const calmIntervalMs = 250;

/**
 * The telemetry of this page: the history that the live charts draw, when they draw it, and the
 * latest sample at a pace at which figures can be read. Goes on while the Monitor is closed.
 */
export interface LiveTelemetry {
  readonly history: TelemetryHistory;
  readonly schedule: DrawSchedule;
  /** While somebody points at a chart, what they read does not move on for the mere passing of time. */
  holdStill(still: boolean): void;
  /** Draws because time has passed, unless that holds still. */
  timePassed(): void;
  /** The latest sample, at most four times a second; null while there is no engine. */
  readonly current: StoreApi<{ readonly sample: TelemetrySample | null }>;
  /** What the cells hold; null while nobody knows. */
  readonly cells: StoreApi<{ readonly map: CacheMap | null }>;
  /** How far back the charts look; stays when the Monitor is closed. */
  readonly view: StoreApi<{ readonly timeWindow: TimeWindow }>;
}

export function createLiveTelemetry(
  connection: Connection,
  app: AppStore,
  chat: Chat,
): LiveTelemetry {
  const history = new TelemetryHistory();
  const schedule = createDrawSchedule(callback => {
    requestAnimationFrame(callback);
  });
  const current = createStore<{ readonly sample: TelemetrySample | null }>(() => ({
    sample: null,
  }));
  const view = createStore<{ readonly timeWindow: TimeWindow }>(() => ({ timeWindow: '2min' }));
  const cells = createStore<{ readonly map: CacheMap | null }>(() => ({ map: null }));
  let publishedAt = -Infinity;
  let calmTimer: ReturnType<typeof setTimeout> | undefined;

  function publish() {
    publishedAt = performance.now();
    schedule.requestAll();
    if (current.getState().sample !== history.latest) current.setState({ sample: history.latest });
  }

  /** An event was marked or told of: what it is called may be new in the legend. */
  function marked() {
    schedule.requestAll();
    current.setState({ sample: history.latest });
  }

  function push(sample: TelemetrySample | null) {
    history.push(sample, performance.now());
    clearTimeout(calmTimer);
    const wait = publishedAt + calmIntervalMs - performance.now();
    // With a sample rather than between two: samples come with text, and both share a frame.
    if (wait <= 0) publish();
    else calmTimer = setTimeout(publish, wait);
  }

  connection.onOpen(client => {
    client.watch('telemetry', push);
    client.watch('cacheMap', map => {
      cells.setState({ map });
      schedule.requestAll();
    });
    client.onClose(() => push(null));
  });
  app.subscribe((now, before) => {
    // The first word on the model tells what was loaded before this page was opened.
    if (before.model === null || before.model.phase === 'loaded') return;
    if (now.model?.phase !== 'loaded') return;
    history.markLoad(performance.now());
    marked();
  });

  app.subscribe(({ snapshots: now }, { snapshots: before }) => {
    // The first word on snapshots tells what happened before this page was opened.
    if (now === null || before === null || now === before) return;
    const told = before.events.at(-1)?.sequence ?? 0;
    for (const { sequence, kind } of now.events) {
      if (sequence <= told || (kind !== 'saved' && kind !== 'restored')) continue;
      history.markSnapshot(performance.now(), kind);
      marked();
    }
  });

  /** Marked already: a conversation that is left and opened again shows its running turn anew. */
  const begun = new Set<string>();
  chat.store.subscribe(({ running, conversationId, turns }, before) => {
    if (running === before.running) return;
    const ended = before.running?.messageId;
    if (
      ended !== undefined &&
      ended !== running?.messageId &&
      conversationId === before.conversationId
    ) {
      const index = turns.findIndex(({ messageId }) => messageId === ended);
      const figures = turns[index]?.figures;
      history.markTurnEnd(figures === undefined ? null : { ...figures, turn: index + 1 });
      // The same message begins again when it is continued.
      begun.delete(ended);
      marked();
    }
    // A turn that waits for another one has not begun.
    const phase = running?.progress?.phase ?? 'queued';
    if (running !== null && phase !== 'queued' && !begun.has(running.messageId)) {
      begun.add(running.messageId);
      history.markTurnBegin(performance.now());
      marked();
    }
  });

  let isStill = false;
  return {
    history,
    schedule,
    current,
    cells,
    view,
    holdStill(still) {
      if (still === isStill) return;
      isStill = still;
      if (!still) schedule.requestAll();
    },
    timePassed() {
      if (!isStill) schedule.requestAll();
    },
  };
}
