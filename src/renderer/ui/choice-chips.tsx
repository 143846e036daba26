import { Button } from './button.tsx';
import styles from './choice-chips.module.css';

export interface ChoiceChipsProps {
  /** What is chosen; shown above, and read with every chip. */
  readonly label: string;
  readonly values: readonly number[];
  readonly chosen: readonly number[];
  onChange(chosen: number[]): void;
  text(value: number): string;
}

/** Any number of values out of a few, at least one. */
export function ChoiceChips({ label, values, chosen, onChange, text }: ChoiceChipsProps) {
  const toggle = (value: number) => {
    const next = chosen.includes(value)
      ? chosen.filter(each => each !== value)
      : [...chosen, value].toSorted((a, b) => a - b);
    // Nothing at all is no choice: then the last one stays.
    if (next.length > 0) onChange(next);
  };
  const all = [...new Set([...values, ...chosen])].toSorted((a, b) => a - b);
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset cannot be laid out as a row of its legend
    <div role="group" aria-label={label} className={styles.group}>
      <span className={styles.label} aria-hidden="true">
        {label}
      </span>
      <div className={styles.chips}>
        {all.map(value => (
          <Button
            key={value}
            size="small"
            aria-pressed={chosen.includes(value)}
            onClick={() => toggle(value)}
          >
            {text(value)}
          </Button>
        ))}
      </div>
    </div>
  );
}
