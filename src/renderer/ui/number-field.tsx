import { NumberField as BaseNumberField } from '@base-ui/react/number-field';
import { Field, type FieldProps } from './field.tsx';
import styles from './number-field.module.css';

export interface NumberFieldProps extends FieldProps {
  /** Null when the field is empty; what that means is the placeholder's to say. */
  readonly value: number | null;
  onValueChange(value: number | null): void;
  readonly min?: number;
  readonly max?: number;
  readonly step?: number;
  /** Shown after the digits, for instance `tokens`. */
  readonly unit?: string;
  readonly placeholder?: string;
  /** Thousands separators; off for seeds and the like. */
  readonly grouping?: boolean;
  readonly maximumFractionDigits?: number;
}

export function NumberField({
  value,
  onValueChange,
  min,
  max,
  step = 1,
  unit,
  placeholder,
  grouping = true,
  maximumFractionDigits = 2,
  ...field
}: NumberFieldProps) {
  return (
    <Field {...field}>
      <BaseNumberField.Root
        value={value}
        onValueChange={next => onValueChange(next)}
        {...(min === undefined ? {} : { min })}
        {...(max === undefined ? {} : { max })}
        step={step}
        locale="en-US"
        format={{ useGrouping: grouping, maximumFractionDigits }}
        disabled={field.disabled ?? false}
      >
        <BaseNumberField.Group className={styles.group}>
          <BaseNumberField.Input className={styles.input} placeholder={placeholder} />
          {unit !== undefined && <span className={styles.unit}>{unit}</span>}
          <BaseNumberField.Decrement className={styles.step} aria-label={`Less: ${field.label}`}>
            −
          </BaseNumberField.Decrement>
          <BaseNumberField.Increment className={styles.step} aria-label={`More: ${field.label}`}>
            +
          </BaseNumberField.Increment>
        </BaseNumberField.Group>
      </BaseNumberField.Root>
    </Field>
  );
}
