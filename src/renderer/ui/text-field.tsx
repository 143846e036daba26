import { Field as BaseField } from '@base-ui/react/field';
import type { Ref } from 'react';
import styles from './field.module.css';
import { Field, type FieldProps } from './field.tsx';

export interface TextFieldProps extends FieldProps {
  readonly value: string;
  onValueChange(value: string): void;
  readonly placeholder?: string;
  readonly type?: 'text' | 'search';
  readonly spellCheck?: boolean;
  readonly maxLength?: number;
  readonly inputRef?: Ref<HTMLInputElement>;
}

export function TextField({
  value,
  onValueChange,
  placeholder,
  type = 'text',
  spellCheck = false,
  maxLength,
  inputRef,
  ...field
}: TextFieldProps) {
  return (
    <Field {...field}>
      <BaseField.Control
        ref={inputRef}
        className={styles.control}
        type={type}
        value={value}
        onValueChange={onValueChange}
        placeholder={placeholder}
        spellCheck={spellCheck}
        maxLength={maxLength}
        autoComplete="off"
      />
    </Field>
  );
}

export interface TextAreaProps extends FieldProps {
  readonly value: string;
  onValueChange(value: string): void;
  readonly placeholder?: string;
  readonly rows?: number;
  /** As high as its text instead of being resized by hand. */
  readonly growing?: boolean;
  readonly maxLength?: number;
}

export function TextArea({
  value,
  onValueChange,
  placeholder,
  rows = 4,
  growing = false,
  maxLength,
  ...field
}: TextAreaProps) {
  return (
    <Field {...field}>
      <BaseField.Control
        render={<textarea rows={rows} />}
        data-growing={growing || undefined}
        className={styles.control}
        value={value}
        onValueChange={onValueChange}
        placeholder={placeholder}
        maxLength={maxLength}
      />
    </Field>
  );
}
