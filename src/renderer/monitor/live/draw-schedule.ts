export interface Drawable {
  /** Draws what is current. Called at most once per frame, and never for two drawables in one. */
  draw(): void;
}

export interface DrawSchedule {
  /** Draws once soon, then after every `request`; until disposed. */
  add(drawable: Drawable): Disposable & { request(): void };
  /** Something new came in: every drawable is out of date. */
  requestAll(): void;
}

interface Entry {
  readonly drawable: Drawable;
  stale: boolean;
  drawnAt: number;
}

/**
 * Spreads the drawing of several canvases over animation frames: one of them per frame, each at most
 * every `intervalMs`, the one that has waited longest first. Nothing runs while nothing is new, and
 * a hidden page gets no frames at all.
 */
export function createDrawSchedule(
  intervalMs: number,
  requestFrame: (callback: (nowMs: number) => void) => void,
): DrawSchedule {
  const entries = new Set<Entry>();
  let requested = false;

  function request() {
    if (requested) return;
    requested = true;
    requestFrame(frame);
  }

  function frame(nowMs: number) {
    requested = false;
    let waiting = 0;
    let next: Entry | undefined;
    for (const entry of entries) {
      if (!entry.stale) continue;
      waiting++;
      // Frames come at 16.7 ms: without some slack every fourth would be missed by a hair.
      if (nowMs - entry.drawnAt < intervalMs - 4) continue;
      if (next === undefined || entry.drawnAt < next.drawnAt) next = entry;
    }
    if (waiting > (next === undefined ? 0 : 1)) request();
    if (next === undefined) return;
    next.stale = false;
    next.drawnAt = nowMs;
    next.drawable.draw();
  }

  return {
    add(drawable) {
      const entry: Entry = { drawable, stale: true, drawnAt: -Infinity };
      entries.add(entry);
      request();
      return {
        request() {
          entry.stale = true;
          request();
        },
        [Symbol.dispose]: () => void entries.delete(entry),
      };
    },
    requestAll() {
      for (const entry of entries) entry.stale = true;
      if (entries.size > 0) request();
    },
  };
}
