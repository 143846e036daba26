import { Field as BaseField } from '@base-ui/react/field';
import type { ReactNode } from 'react';
import { classNames } from './class-names.ts';
import styles from './field.module.css';

export interface FieldProps {
  readonly label: string;
  /** Keeps the label for screen readers only. */
  readonly hideLabel?: boolean;
  readonly description?: ReactNode;
  /** Why the value cannot be used; null or left out when it can. */
  readonly error?: string | null | undefined;
  readonly disabled?: boolean | undefined;
}

/** The frame of a labelled control: label, control, description, error. */
export function Field({
  label,
  hideLabel = false,
  description,
  error,
  disabled,
  children,
}: FieldProps & { readonly children: ReactNode }) {
  const invalid = error !== null && error !== undefined;
  return (
    <BaseField.Root className={styles.field} invalid={invalid} disabled={disabled ?? false}>
      <BaseField.Label className={classNames(styles.label, hideLabel && styles.hidden)}>
        {label}
      </BaseField.Label>
      {children}
      {description !== undefined && (
        <BaseField.Description className={styles.description}>{description}</BaseField.Description>
      )}
      <BaseField.Error className={styles.error} match={invalid}>
        {error}
      </BaseField.Error>
    </BaseField.Root>
  );
}
