import { Toggle } from '@base-ui/react/toggle';
import { ToggleGroup } from '@base-ui/react/toggle-group';
import { type TimeWindow, timeWindows } from '#shared/metrics/telemetry-history.ts';
import styles from './window-choice.module.css';

const labels: Readonly<Record<TimeWindow, { short: string; full: string }>> = {
  '30s': { short: '30 s', full: 'Last 30 seconds' },
  '2min': { short: '2 min', full: 'Last 2 minutes' },
  '10min': { short: '10 min', full: 'Last 10 minutes' },
  all: { short: 'All', full: 'Since this page was opened' },
};

const windows = Object.keys(timeWindows).filter(isWindow);

export interface WindowChoiceProps {
  readonly value: TimeWindow;
  onValueChange(value: TimeWindow): void;
}

/** How far back the live charts look. */
export function WindowChoice({ value, onValueChange }: WindowChoiceProps) {
  return (
    <ToggleGroup
      className={styles.group}
      aria-label="Time shown in the live charts"
      value={[value]}
      onValueChange={([next]) => {
        // Pressing the pressed one leaves nothing chosen: there is always a window.
        if (next !== undefined && isWindow(next)) onValueChange(next);
      }}
    >
      {windows.map(key => (
        <Toggle key={key} value={key} className={styles.choice} aria-label={labels[key].full}>
          {labels[key].short}
        </Toggle>
      ))}
    </ToggleGroup>
  );
}

function isWindow(key: string): key is TimeWindow {
  return Object.hasOwn(timeWindows, key);
}
