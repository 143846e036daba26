import { type Backend, backends, type LoadOptions } from '#shared/model/load.ts';
import { predictionRefusal } from '#shared/model/token-prediction.ts';
import {
  defaultBatch,
  flashOptions,
  hasSlidingWindow,
  typeOptions,
  windowOptions,
} from '../model-setup/load-choices.ts';
import { NumberField } from '../ui/number-field.tsx';
import { Select, type SelectOption } from '../ui/select.tsx';
import type { LoadForm } from './load-form.ts';
import styles from './option-fields.module.css';

/** Everything about a load but the file and the context length. */
export function OptionFields({ form }: { readonly form: LoadForm }) {
  const { options, change, model } = form;
  const layers = model.value?.layerCount ?? null;
  const slides = hasSlidingWindow(model.value);
  const unpredictable = model.value === null ? null : predictionRefusal(model.value.layers);
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
      <Select
        label="Token prediction"
        value={options.tokenPrediction}
        onValueChange={tokenPrediction => change({ tokenPrediction })}
        options={predictionOptions}
        {...(unpredictable === null ? {} : { description: unpredictable })}
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

const predictionOptions: readonly SelectOption<LoadOptions['tokenPrediction']>[] = [
  { value: 'off', label: 'off' },
  {
    value: 'input-lookup',
    label: 'from the prompt',
    description: 'Faster where an answer repeats what it was asked',
  },
];

const backendLabels: Readonly<Record<Backend, string>> = {
  auto: 'auto',
  cuda: 'CUDA',
  metal: 'Metal',
  vulkan: 'Vulkan',
  cpu: 'CPU',
};
