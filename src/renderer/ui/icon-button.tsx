import { Button as BaseButton } from '@base-ui/react/button';
import type { ReactNode } from 'react';
import { classNames } from './class-names.ts';
import styles from './icon-button.module.css';
import { Tooltip } from './tooltip.tsx';

export interface IconButtonProps
  extends Omit<BaseButton.Props, 'className' | 'style' | 'children' | 'aria-label'> {
  /** The accessible name, also shown as the tooltip. */
  readonly label: string;
  readonly icon: ReactNode;
  /** Said in the tooltip after the label, for instance `Ctrl+N`. */
  readonly shortcut?: string;
  /** What pressing it brings or costs, in a few words: behind the label in the tooltip. */
  readonly hint?: string | undefined;
  readonly size?: 'small' | 'medium';
  /** Drawn as pressed; for buttons that toggle something. */
  readonly pressed?: boolean;
  readonly className?: string | undefined;
}

export function IconButton({
  label,
  icon,
  shortcut,
  hint,
  size = 'medium',
  pressed,
  className,
  ...rest
}: IconButtonProps) {
  const name = shortcut === undefined ? label : `${label} (${shortcut})`;
  return (
    <Tooltip content={hint === undefined ? name : `${name}: ${hint}`}>
      <BaseButton
        {...rest}
        aria-label={label}
        aria-description={hint}
        aria-pressed={pressed}
        data-size={size}
        className={classNames(styles.button, className)}
      >
        {icon}
      </BaseButton>
    </Tooltip>
  );
}
