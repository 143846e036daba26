import { Toggle } from '@base-ui/react/toggle';
import { ToggleGroup } from '@base-ui/react/toggle-group';
import styles from './segmented.module.css';

export interface SegmentedProps<Value extends string> {
  /** What is chosen between; for screen readers. */
  readonly label: string;
  readonly value: Value;
  onValueChange(value: Value): void;
  readonly options: readonly {
    readonly value: Value;
    readonly label: string;
    /** Read instead of a label that is too short to say it. */
    readonly fullLabel?: string;
  }[];
}

/** A few choices side by side, one of which always holds. */
export function Segmented<Value extends string>({
  label,
  value,
  onValueChange,
  options,
}: SegmentedProps<Value>) {
  return (
    <ToggleGroup
      className={styles.group}
      aria-label={label}
      value={[value]}
      onValueChange={([next]) => {
        // Pressing the pressed one leaves nothing chosen: then the choice stays.
        const chosen = options.find(option => option.value === next);
        if (chosen !== undefined) onValueChange(chosen.value);
      }}
    >
      {options.map(option => (
        <Toggle
          key={option.value}
          value={option.value}
          className={styles.choice}
          aria-label={option.fullLabel ?? option.label}
        >
          {option.label}
        </Toggle>
      ))}
    </ToggleGroup>
  );
}
