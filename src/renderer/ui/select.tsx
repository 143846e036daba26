import { Select as BaseSelect } from '@base-ui/react/select';
import { Check, ChevronsUpDown } from 'lucide-react';
import { classNames } from './class-names.ts';
import fieldStyles from './field.module.css';
import { Field, type FieldProps } from './field.tsx';
import styles from './select.module.css';

export interface SelectOption<Value extends string> {
  readonly value: Value;
  readonly label: string;
  /** A second line in the list: what the choice means, or why it cannot be chosen. */
  readonly description?: string;
  readonly disabled?: boolean;
}

export interface SelectProps<Value extends string> extends FieldProps {
  readonly value: Value;
  onValueChange(value: Value): void;
  readonly options: readonly SelectOption<Value>[];
}

export function Select<Value extends string>({
  value,
  onValueChange,
  options,
  ...field
}: SelectProps<Value>) {
  return (
    <Field {...field}>
      <BaseSelect.Root
        items={options}
        value={value}
        onValueChange={next => {
          if (next !== null) onValueChange(next);
        }}
        disabled={field.disabled ?? false}
        modal={false}
      >
        <BaseSelect.Trigger
          className={classNames(fieldStyles.control, styles.trigger)}
          aria-label={field.label}
        >
          <BaseSelect.Value className={styles.value} />
          <BaseSelect.Icon className={styles.icon}>
            <ChevronsUpDown aria-hidden="true" />
          </BaseSelect.Icon>
        </BaseSelect.Trigger>
        <BaseSelect.Portal>
          <BaseSelect.Positioner
            className={styles.positioner}
            sideOffset={4}
            collisionPadding={8}
            alignItemWithTrigger={false}
          >
            <BaseSelect.Popup className={styles.popup}>
              <BaseSelect.List className={styles.list}>
                {options.map(option => (
                  <BaseSelect.Item
                    key={option.value}
                    value={option.value}
                    label={option.label}
                    disabled={option.disabled ?? false}
                    className={styles.item}
                  >
                    <BaseSelect.ItemIndicator className={styles.indicator}>
                      <Check aria-hidden="true" />
                    </BaseSelect.ItemIndicator>
                    <span className={styles.text}>
                      <BaseSelect.ItemText>{option.label}</BaseSelect.ItemText>
                      {option.description !== undefined && (
                        <span className={styles.description}>{option.description}</span>
                      )}
                    </span>
                  </BaseSelect.Item>
                ))}
              </BaseSelect.List>
            </BaseSelect.Popup>
          </BaseSelect.Positioner>
        </BaseSelect.Portal>
      </BaseSelect.Root>
    </Field>
  );
}
