import type { EventSign } from '#shared/metrics/history-event.ts';

/** A filled shape in its own box, in CSS pixels. */
export interface Shape {
  readonly width: number;
  readonly height: number;
  /** SVG path data. */
  readonly path: string;
}

/** The signs of events, told apart by their shape alone; the same in charts and legends. */
export const eventShapes: Readonly<Record<EventSign, Shape>> = {
  // A triangle that points down.
  turn: { width: 8, height: 5, path: 'M0 0H8L4 5Z' },
  // A diamond.
  miss: { width: 8, height: 8, path: 'M4 0L8 4L4 8L0 4Z' },
  // A cross.
  overflow: {
    width: 7,
    height: 7,
    path: 'M0 1.5L1.5 0L3.5 2L5.5 0L7 1.5L5 3.5L7 5.5L5.5 7L3.5 5L1.5 7L0 5.5L2 3.5Z',
  },
  // A square.
  load: { width: 5, height: 5, path: 'M0 0H5V5H0Z' },
  // A dot.
  snapshot: { width: 6, height: 6, path: 'M0 3A3 3 0 0 1 6 3A3 3 0 0 1 0 3Z' },
};
