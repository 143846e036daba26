import { Checkbox as BaseCheckbox } from '@base-ui/react/checkbox';
import { Check } from 'lucide-react';
import type { ReactNode } from 'react';
import styles from './checkbox.module.css';

export interface CheckboxProps {
  readonly label: string;
  readonly checked: boolean;
  onCheckedChange(checked: boolean): void;
  /** A second, quieter line. */
  readonly description?: ReactNode;
  readonly disabled?: boolean;
}

export function Checkbox({
  label,
  checked,
  onCheckedChange,
  description,
  disabled = false,
}: CheckboxProps) {
  return (
    // biome-ignore lint/a11y/noLabelWithoutControl: the checkbox brings an input along
    <label className={styles.label} data-disabled={disabled || undefined}>
      <BaseCheckbox.Root
        className={styles.box}
        checked={checked}
        onCheckedChange={next => onCheckedChange(next)}
        disabled={disabled}
      >
        <BaseCheckbox.Indicator className={styles.indicator}>
          <Check aria-hidden="true" />
        </BaseCheckbox.Indicator>
      </BaseCheckbox.Root>
      <span className={styles.text}>
        {label}
        {description !== undefined && <span className={styles.description}>{description}</span>}
      </span>
    </label>
  );
}
