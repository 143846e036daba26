import { type TimeWindow, timeWindows } from '#shared/metrics/telemetry-history.ts';
import { Segmented } from '../ui/segmented.tsx';

const labels: Readonly<Record<TimeWindow, { label: string; fullLabel: string }>> = {
  '30s': { label: '30 s', fullLabel: 'Last 30 seconds' },
  '2min': { label: '2 min', fullLabel: 'Last 2 minutes' },
  '10min': { label: '10 min', fullLabel: 'Last 10 minutes' },
  all: { label: 'All', fullLabel: 'Since this page was opened' },
};

const options = Object.keys(timeWindows)
  .filter(isWindow)
  .map(value => ({ value, ...labels[value] }));

export interface WindowChoiceProps {
  readonly value: TimeWindow;
  onValueChange(value: TimeWindow): void;
}

/** How far back the live charts look. */
export function WindowChoice(props: WindowChoiceProps) {
  return <Segmented label="Time shown in the live charts" options={options} {...props} />;
}

function isWindow(key: string): key is TimeWindow {
  return Object.hasOwn(timeWindows, key);
}
