import { Slider as BaseSlider } from '@base-ui/react/slider';
import styles from './slider.module.css';

export interface SliderProps {
  readonly label: string;
  readonly value: number;
  onValueChange(value: number): void;
  /** Once, when a drag or key press has ended. */
  onValueCommitted?(value: number): void;
  readonly min: number;
  readonly max: number;
  readonly step?: number;
  /** The value as shown beside the label and as said by screen readers. */
  readonly valueText: string;
  readonly description?: string;
  readonly disabled?: boolean;
}

export function Slider({
  label,
  value,
  onValueChange,
  onValueCommitted,
  min,
  max,
  step = 1,
  valueText,
  description,
  disabled = false,
}: SliderProps) {
  return (
    <BaseSlider.Root
      className={styles.slider}
      value={value}
      onValueChange={next => onValueChange(next)}
      onValueCommitted={next => onValueCommitted?.(next)}
      min={min}
      max={max}
      step={step}
      disabled={disabled}
      thumbAlignment="edge-client-only"
    >
      <div className={styles.head}>
        <BaseSlider.Label className={styles.label}>{label}</BaseSlider.Label>
        <span className={styles.value}>{valueText}</span>
      </div>
      <BaseSlider.Control className={styles.control}>
        <BaseSlider.Track className={styles.track}>
          <BaseSlider.Indicator className={styles.indicator} />
          <BaseSlider.Thumb className={styles.thumb} getAriaValueText={() => valueText} />
        </BaseSlider.Track>
      </BaseSlider.Control>
      {description !== undefined && <p className={styles.description}>{description}</p>}
    </BaseSlider.Root>
  );
}
