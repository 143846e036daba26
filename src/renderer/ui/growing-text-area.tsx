import type { ComponentProps, KeyboardEvent } from 'react';
import styles from './growing-text-area.module.css';

export interface GrowingTextAreaProps extends Omit<ComponentProps<'textarea'>, 'rows'> {
  readonly value: string;
  /** Enter was pressed. With Shift it starts a new line, and is nobody else's business. */
  onEnter(): void;
}

/** A text area as high as its text, up to a limit; has no frame of its own. */
export function GrowingTextArea({ value, onEnter, onKeyDown, ...rest }: GrowingTextAreaProps) {
  const press = (event: KeyboardEvent<HTMLTextAreaElement>) => {
    onKeyDown?.(event);
    // While an input method composes, Enter takes its suggestion.
    if (event.key !== 'Enter' || event.shiftKey || event.nativeEvent.isComposing) return;
    event.preventDefault();
    onEnter();
  };
  return (
    <div className={styles.grow} data-text={value}>
      <textarea {...rest} className={styles.input} rows={1} value={value} onKeyDown={press} />
    </div>
  );
}
