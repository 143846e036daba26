import { useStore } from 'zustand';
import { type EventSign, eventSigns, signsSince } from '#shared/metrics/history-event.ts';
import type { TimeWindow } from '#shared/metrics/telemetry-history.ts';
import { usePage } from '../state/page-context.tsx';
import { LegendItem } from '../ui/chart-frame.tsx';
import { tokenOf } from './live/chart-palette.ts';
import { signColours } from './live/event-colours.ts';

const names: Readonly<Record<EventSign, string>> = {
  turn: 'Turn begins',
  miss: 'Read again',
  overflow: 'Turns left out',
  load: 'Model loaded',
  snapshot: 'Cache saved or restored',
};

/**
 * What the signs on the live charts mean: of those that are in view, so that it stays one short line in
 * most chats. Where turns begin is always said, which keeps the line from coming and going.
 */
export function EventLegend({ timeWindow }: { readonly timeWindow: TimeWindow }) {
  const { live } = usePage();
  const inView = useStore(live.current, () =>
    signsSince(live.history.events, live.history.startOf(timeWindow)).join(),
  ).split(',');
  return eventSigns
    .filter(sign => sign === 'turn' || inView.includes(sign))
    .map(sign => (
      <LegendItem key={sign} mark={sign} colour={tokenOf(signColours[sign])}>
        {names[sign]}
      </LegendItem>
    ));
}
