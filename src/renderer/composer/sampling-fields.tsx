import type { Sampling } from '#shared/chat/sampling.ts';
import { NumberField } from '../ui/number-field.tsx';
import { Slider } from '../ui/slider.tsx';
import styles from './sampling-fields.module.css';

export interface SamplingFieldsProps {
  readonly sampling: Sampling;
  onChange(sampling: Sampling): void;
}

export function SamplingFields({ sampling, onChange }: SamplingFieldsProps) {
  const change = (part: Partial<Sampling>) => onChange({ ...sampling, ...part });
  return (
    <>
      <Slider
        label="Temperature"
        description="0 always takes the most probable token; higher is more varied."
        min={0}
        max={2}
        step={0.05}
        value={Math.min(sampling.temperature, 2)}
        valueText={sampling.temperature.toFixed(2)}
        onValueChange={temperature => change({ temperature })}
      />
      <div className={styles.pairs}>
        <NumberField
          label="Top-k"
          description="0 turns it off"
          min={0}
          max={1000}
          value={sampling.topK}
          onValueChange={topK => change({ topK: topK ?? 0 })}
        />
        <NumberField
          label="Top-p"
          description="1 turns it off"
          min={0.01}
          max={1}
          step={0.01}
          value={sampling.topP}
          onValueChange={topP => change({ topP: topP ?? 1 })}
        />
        <NumberField
          label="Min-p"
          description="0 turns it off"
          min={0}
          max={1}
          step={0.01}
          value={sampling.minP}
          onValueChange={minP => change({ minP: minP ?? 0 })}
        />
        <NumberField
          label="Repeat penalty"
          description="1 turns it off"
          min={0.5}
          max={2}
          step={0.05}
          value={sampling.repeatPenalty}
          onValueChange={repeatPenalty => change({ repeatPenalty: repeatPenalty ?? 1 })}
        />
        <NumberField
          label="Seed"
          description="Empty: new every turn"
          placeholder="random"
          grouping={false}
          min={0}
          max={4_294_967_295}
          value={sampling.seed}
          onValueChange={seed => change({ seed })}
        />
        <NumberField
          label="Answer limit"
          description="Empty: no limit"
          placeholder="none"
          unit="tokens"
          min={1}
          value={sampling.maxTokens}
          onValueChange={maxTokens => change({ maxTokens })}
        />
      </div>
    </>
  );
}
