import type { EventSign } from '#shared/metrics/history-event.ts';
import type { PaletteColour } from './chart-palette.ts';

/** What has a cost stands out; the rest only says when. */
export const signColours = {
  turn: 'cursor',
  miss: 'warning',
  overflow: 'warning',
  load: 'cursor',
  snapshot: 'cursor',
} as const satisfies Record<EventSign, PaletteColour>;
