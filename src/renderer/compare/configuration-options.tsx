import type { Configuration } from '#shared/compare/configuration.ts';
import { maxContextLength } from '#shared/model/load.ts';
import type { ModelDescription } from '#shared/model/model-description.ts';
import {
  defaultBatch,
  flashOptions,
  hasSlidingWindow,
  windowOptions,
} from '../model-setup/load-choices.ts';
import { NumberField } from '../ui/number-field.tsx';
import { Select } from '../ui/select.tsx';
import styles from './configuration-list.module.css';

export interface ConfigurationOptionsProps {
  readonly configuration: Configuration;
  readonly model: ModelDescription | null;
  onChange(changes: Partial<Configuration>): void;
}

/** What is rarely varied. */
export function ConfigurationOptions({
  configuration,
  model,
  onChange,
}: ConfigurationOptionsProps) {
  const { flashAttention, contextLength, threads, batchSize, swaFull } = configuration;
  return (
    <div className={styles.options}>
      <Select
        label="Flash attention"
        value={flashAttention}
        onValueChange={next => onChange({ flashAttention: next })}
        options={flashOptions}
      />
      <NumberField
        label="Threads"
        value={threads === 'auto' ? null : threads}
        onValueChange={next => onChange({ threads: next ?? 'auto' })}
        min={1}
        max={1024}
        maximumFractionDigits={0}
        placeholder="auto"
      />
      <NumberField
        label="Context"
        value={contextLength === 'auto' ? null : contextLength}
        onValueChange={next => onChange({ contextLength: next ?? 'auto' })}
        min={1}
        max={maxContextLength}
        step={1024}
        maximumFractionDigits={0}
        placeholder="as needed"
      />
      <NumberField
        label="Batch"
        value={batchSize}
        onValueChange={next => onChange({ batchSize: next ?? defaultBatch })}
        min={32}
        max={8192}
        step={32}
        maximumFractionDigits={0}
      />
      {hasSlidingWindow(model) && (
        <Select
          label="Sliding-window layers"
          value={swaFull ? 'full' : 'window'}
          onValueChange={next => onChange({ swaFull: next === 'full' })}
          options={windowOptions}
        />
      )}
    </div>
  );
}
