import { formatTokenCount, formatTokens } from '#shared/metrics/format.ts';
import { maxContextLength } from '#shared/model/load.ts';
import { Callout } from '../ui/callout.tsx';
import { NumberField } from '../ui/number-field.tsx';
import { Slider } from '../ui/slider.tsx';
import styles from './context-field.module.css';
import { contextScale } from './context-scale.ts';
import type { LoadForm } from './load-form.ts';

/** How many tokens the cache is to hold: as a number, or on a logarithmic slider. */
export function ContextField({ form }: { readonly form: LoadForm }) {
  const { options, change, model, plan } = form;
  const trained = model.value?.trainedContextLength ?? null;
  const scale = contextScale(trained);
  const chosen = options.contextLength === 'auto' ? null : options.contextLength;
  const resolved = chosen ?? plan.value?.contextLength ?? null;
  const beyond = trained !== null && chosen !== null && chosen > trained;
  return (
    <section className={styles.section}>
      <NumberField
        label="Context length"
        value={chosen}
        onValueChange={next => change({ contextLength: next === null ? 'auto' : Math.round(next) })}
        min={1}
        max={maxContextLength}
        step={256}
        unit="tokens"
        maximumFractionDigits={0}
        placeholder={resolved === null ? 'auto' : `auto: ${formatTokens(resolved)}`}
        description="Empty is automatic: the trained length, at most 4,096."
      />
      <div className={styles.scale}>
        <Slider
          label="On a logarithmic scale"
          value={scale.positionOf(resolved ?? trained ?? 4096)}
          onValueChange={position => change({ contextLength: scale.tokensAt(position) })}
          min={scale.min}
          max={scale.max}
          valueText={resolved === null ? 'auto' : formatTokenCount(resolved)}
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
