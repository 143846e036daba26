export interface Drawable {
  /** Draws what is current. */
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
}

/**
 * Draws all canvases that are out of date in one animation frame, at most every `intervalMs`: what a
 * frame costs is being composed and painted at all, not how many small canvases changed in it. No
 * frame is asked for before it is due, and none while nothing is new.
 *
 * @param requestFrame calls back with its time in the first animation frame after a delay
 */
export function createDrawSchedule(
  intervalMs: number,
  requestFrame: (delayMs: number, callback: (nowMs: number) => void) => void,
  now: () => number,
): DrawSchedule {
  const entries = new Set<Entry>();
  let requested = false;
  let drawnAt = -Infinity;

  function request() {
    if (requested) return;
    requested = true;
    requestFrame(Math.max(0, drawnAt + intervalMs - now()), frame);
  }

  function frame(nowMs: number) {
    requested = false;
    drawnAt = nowMs;
    for (const entry of entries) {
      if (!entry.stale) continue;
      entry.stale = false;
      entry.drawable.draw();
    }
  }

  return {
    add(drawable) {
      const entry: Entry = { drawable, stale: true };
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
