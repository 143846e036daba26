import { Button as BaseButton } from '@base-ui/react/button';
import type { ReactNode } from 'react';
import styles from './button.module.css';
import { classNames } from './class-names.ts';
import { Spinner } from './spinner.tsx';

export interface ButtonProps extends Omit<BaseButton.Props, 'className' | 'style'> {
  readonly variant?: 'primary' | 'secondary' | 'quiet' | 'danger';
  readonly size?: 'small' | 'medium';
  readonly icon?: ReactNode;
  /** Shows that the work is under way; the button keeps its width and cannot be pressed again. */
  readonly busy?: boolean;
  readonly className?: string | undefined;
}

export function Button({
  variant = 'secondary',
  size = 'medium',
  icon,
  busy = false,
  disabled,
  className,
  children,
  ...rest
}: ButtonProps) {
  return (
    <BaseButton
      {...rest}
      disabled={disabled || busy}
      focusableWhenDisabled={busy}
      aria-busy={busy || undefined}
      data-variant={variant}
      data-size={size}
      className={classNames(styles.button, className)}
    >
      {busy ? <Spinner /> : icon}
      {children}
    </BaseButton>
  );
}
