import { Switch as BaseSwitch } from '@base-ui/react/switch';
import { useId } from 'react';
import styles from './switch.module.css';

export interface SwitchProps {
  readonly label: string;
  readonly checked: boolean;
  onCheckedChange(checked: boolean): void;
  readonly description?: string;
  readonly disabled?: boolean;
}

export function Switch({
  label,
  checked,
  onCheckedChange,
  description,
  disabled = false,
}: SwitchProps) {
  const labelId = useId();
  const descriptionId = useId();
  return (
    <div className={styles.row}>
      <div className={styles.texts}>
        <span id={labelId} className={styles.label}>
          {label}
        </span>
        {description !== undefined && (
          <span id={descriptionId} className={styles.description}>
            {description}
          </span>
        )}
      </div>
      <BaseSwitch.Root
        className={styles.switch}
        checked={checked}
        onCheckedChange={next => onCheckedChange(next)}
        disabled={disabled}
        aria-labelledby={labelId}
        aria-describedby={description === undefined ? undefined : descriptionId}
      >
        <BaseSwitch.Thumb className={styles.thumb} />
      </BaseSwitch.Root>
    </div>
  );
}
