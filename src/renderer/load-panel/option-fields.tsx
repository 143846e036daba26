import { type Backend, backends } from '#shared/model/load.ts';
import { defaultBatch, flashOptions, typeOptions } from '../model-setup/load-choices.ts';
import { NumberField } from '../ui/number-field.tsx';
import { Select, type SelectOption } from '../ui/select.tsx';
import type { LoadForm } from './load-form.ts';
import styles from './option-fields.module.css';

/** Everything about a load but the file and the context length. */
export function OptionFields({ form }: { readonly form: LoadForm }) {
  const { options, change, model } = form;
  const layers = model.value?.layerCount ?? null;
  const slides = model.value?.layers?.some(({ attention }) => attention?.slidingWindow != null);
  return (
    <div className={styles.fields}>
      <Select
        label="K type"
        value={options.typeK}
        onValueChange={typeK => change({ typeK })}
        options={typeOptions}
      />
      <Select
        label="V type"
        value={options.typeV}
        onValueChange={typeV => change({ typeV })}
        options={typeOptions}
      />
      <Select
        label="Flash attention"
        value={options.flashAttention}
        onValueChange={flashAttention => change({ flashAttention })}
        options={flashOptions}
      />
      <Select
        label="Backend"
        value={options.backend}
        onValueChange={backend => change({ backend })}
        options={backends.map(value => ({ value, label: backendLabels[value] }))}
      />
      <NumberField
        label="GPU layers"
        value={options.gpuLayers === 'auto' ? null : options.gpuLayers}
        onValueChange={next => change({ gpuLayers: next ?? 'auto' })}
        min={0}
        max={10_000}
        maximumFractionDigits={0}
        placeholder="auto"
        description="Empty: as many as fit."
        {...(layers === null ? {} : { unit: `of ${layers}` })}
      />
      <NumberField
        label="Threads"
        value={options.threads === 'auto' ? null : options.threads}
        onValueChange={next => change({ threads: next ?? 'auto' })}
        min={1}
        max={1024}
        maximumFractionDigits={0}
        placeholder="auto"
        description="Empty: the fastest count tried."
      />
      <NumberField
        label="Batch"
        value={options.batchSize}
        onValueChange={next => change({ batchSize: next ?? defaultBatch })}
        min={32}
        max={8192}
        step={32}
        unit="tokens"
        maximumFractionDigits={0}
        description="Evaluated at once while a prompt is read."
      />
      {slides && (
        <Select
          label="Sliding-window layers"
          value={options.swaFull ? 'full' : 'window'}
          onValueChange={next => change({ swaFull: next === 'full' })}
          options={windowOptions}
          description="A full cache can be rewound behind the window, for the memory of full layers."
        />
      )}
    </div>
  );
}

const windowOptions: readonly SelectOption<'window' | 'full'>[] = [
  { value: 'window', label: 'window only', description: 'The least memory' },
  { value: 'full', label: 'full cache', description: 'Every token can be gone back to and reused' },
];

const backendLabels: Readonly<Record<Backend, string>> = {
  auto: 'auto',
  cuda: 'CUDA',
  metal: 'Metal',
  vulkan: 'Vulkan',
  cpu: 'CPU',
};
