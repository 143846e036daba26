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
 * Draws all canvases that are out of date in one animation frame: what a frame costs is being composed
 * and painted at all, not how many small canvases changed in it. How often that is follows from how
 * often something new comes in; while nothing does, no frame is asked for.
 */
export function createDrawSchedule(requestFrame: (callback: () => void) => void): DrawSchedule {
  const entries = new Set<Entry>();
  let requested = false;

  function request() {
    if (requested) return;
    requested = true;
    requestFrame(frame);
  }

  function frame() {
    requested = false;
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
