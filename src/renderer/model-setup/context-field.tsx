import { formatTokenCount, formatTokens } from '#shared/metrics/format.ts';
import { maxContextLength } from '#shared/model/load.ts';
import { Callout } from '../ui/callout.tsx';
import { NumberField } from '../ui/number-field.tsx';
import { Slider } from '../ui/slider.tsx';
import styles from './context-field.module.css';
import { contextScale } from './context-scale.ts';

export interface ContextFieldProps {
  /** Tokens; null when it is left open. */
  readonly value: number | null;
  onValueChange(value: number | null): void;
  /** Tokens that the model was trained for, where known. */
  readonly trained: number | null;
  /** What it comes to: the value, or what stands for an open one where that is known. */
  readonly resolved: number | null;
  /** What leaving it open means: in a word, and in a sentence. */
  readonly empty: { readonly name: string; readonly description: string };
}

/** How many tokens the cache is to hold: as a number, or on a logarithmic slider. */
export function ContextField({
  value,
  onValueChange,
  trained,
  resolved,
  empty,
}: ContextFieldProps) {
  const scale = contextScale(trained);
  const beyond = trained !== null && value !== null && value > trained;
  return (
    <section className={styles.section}>
      <NumberField
        label="Context length"
        value={value}
        onValueChange={next => onValueChange(next === null ? null : Math.round(next))}
        min={1}
        max={maxContextLength}
        step={256}
        unit="tokens"
        maximumFractionDigits={0}
        placeholder={resolved === null ? empty.name : `${empty.name}: ${formatTokens(resolved)}`}
        description={empty.description}
      />
      <div className={styles.scale}>
        <Slider
          label="On a logarithmic scale"
          value={scale.positionOf(resolved ?? trained ?? 4096)}
          onValueChange={position => onValueChange(scale.tokensAt(position))}
          min={scale.min}
          max={scale.max}
          valueText={resolved === null ? empty.name : formatTokenCount(resolved)}
        />
        {trained !== null && scale.trainedAt !== null && (
          <div className={styles.marks} aria-hidden="true">
            <span className={styles.mark} style={{ left: `${scale.trainedAt * 100}%` }}>
              trained: {formatTokens(trained)}
            </span>
          </div>
        )}
      </div>
      {beyond && (
        <Callout tone="warning">
          The model was trained for {formatTokens(trained)} tokens. Beyond that its answers usually
          fall apart, while the cache costs its full size.
        </Callout>
      )}
    </section>
  );
}
