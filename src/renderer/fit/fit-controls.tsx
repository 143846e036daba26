import { weightTypes } from '#shared/fit/fit.ts';
import { presets } from '#shared/model/presets.ts';
import { ContextField } from '../model-setup/context-field.tsx';
import { ModelFile } from '../model-setup/model-file.tsx';
import { useFit, usePage } from '../state/page-context.tsx';
import { Segmented } from '../ui/segmented.tsx';
import { Select } from '../ui/select.tsx';
import { BudgetField } from './budget-field.tsx';
import { firstPreset } from './fit-choice.ts';
import styles from './fit-controls.module.css';
import { BatchSlider, GpuLayersSlider, SequencesSlider } from './fit-sliders.tsx';

/** Everything that the answer depends on. */
export function FitControls() {
  return (
    <div className={styles.controls}>
      <ModelChoice />
      <BudgetField />
      <ContextChoice />
      <SequencesSlider />
      <GpuLayersSlider />
      <BatchSlider />
      <FlashAttention />
    </div>
  );
}

function ModelChoice() {
  const { fit, app } = usePage();
  const model = useFit(({ choice }) => choice.model);
  const description = useFit(({ subject }) => subject?.description ?? null);
  const error = useFit(({ table }) => (table.basis === null ? table.error : null));
  return (
    <div className={styles.model}>
      <Segmented
        label="Kind of model"
        value={model.kind}
        options={[
          { value: 'preset', label: 'Architecture' },
          { value: 'file', label: 'File' },
        ]}
        onValueChange={kind => {
          const { settings, info } = app.getState();
          const path = settings?.lastModelPath ?? info?.builtInModelPath ?? '';
          fit.choose(kind === 'preset' ? firstPreset : { kind: 'file', path });
        }}
      />
      {model.kind === 'preset' ? (
        <>
          <Select
            label="Architecture"
            value={model.id}
            onValueChange={id => fit.choose({ ...model, id })}
            options={presets.map(({ id, title, layers }) => ({
              value: id,
              label: title,
              description: `${layers.length} layers`,
            }))}
          />
          <Select
            label="Weights"
            value={model.weightType}
            onValueChange={weightType => fit.change({ model: { ...model, weightType } })}
            options={weightTypes.map(value => ({ value, label: value }))}
            description="Their size is estimated from the bits of each parameter."
          />
        </>
      ) : (
        <ModelFile
          path={model.path}
          model={{ key: model.path, value: description, error, pending: false }}
          choosePath={path => fit.choose({ kind: 'file', path })}
        />
      )}
    </div>
  );
}

function ContextChoice() {
  const { fit } = usePage();
  const contextLength = useFit(({ choice }) => choice.contextLength);
  const trained = useFit(({ subject }) => subject?.trainedContextLength ?? null);
  return (
    <ContextField
      value={contextLength}
      onValueChange={next => fit.change({ contextLength: next })}
      trained={trained}
      resolved={contextLength}
      empty={{ name: 'longest', description: 'Empty: the longest that fits, for each cache.' }}
    />
  );
}

function FlashAttention() {
  const { fit } = usePage();
  const on = useFit(({ choice }) => choice.flashAttention);
  return (
    <Select
      label="Flash attention"
      value={on ? 'on' : 'off'}
      onValueChange={value => fit.change({ flashAttention: value === 'on' })}
      options={[
        { value: 'on', label: 'on', description: 'Less memory; needed for a quantized V' },
        { value: 'off', label: 'off' },
      ]}
    />
  );
}
