import type { ReactNode } from 'react';
import type { ComparisonPart } from '#shared/compare/progress.ts';
import { shortCount } from '#shared/metrics/axis-scale.ts';
import type { ModelDescription } from '#shared/model/model-description.ts';
import { useCompare, usePage } from '../state/page-context.tsx';
import { Checkbox } from '../ui/checkbox.tsx';
import { ChoiceChips } from '../ui/choice-chips.tsx';
import { NumberField } from '../ui/number-field.tsx';
import sectionStyles from '../ui/section.module.css';
import { TextArea } from '../ui/text-field.tsx';
import { partTexts } from './part-texts.ts';
import styles from './test-fields.module.css';
import { TextSourceField } from './text-source-field.tsx';

/** What is measured, and how long: the choice of the user who waits for it. */
export function TestFields({ model }: { readonly model: ModelDescription | null }) {
  return (
    <section className={sectionStyles.section} aria-labelledby="compare-tests">
      <h2 id="compare-tests" className={sectionStyles.title}>
        What to measure
      </h2>
      <Part part="speed">
        <SpeedFields trained={model?.trainedContextLength ?? null} />
      </Part>
      <Part part="fidelity">
        <FidelityFields />
      </Part>
      <Part part="outputs">
        <OutputsFields />
      </Part>
      <Part part="parallel">
        <ParallelFields />
      </Part>
    </section>
  );
}

function Part({ part, children }: { readonly part: ComparisonPart; readonly children: ReactNode }) {
  const { compare } = usePage();
  const parts = useCompare(({ choice }) => choice.parts);
  const { name, question } = partTexts[part];
  return (
    <div className={styles.part}>
      <Checkbox
        label={name}
        description={question}
        checked={parts[part]}
        onCheckedChange={checked => compare.change({ parts: { ...parts, [part]: checked } })}
      />
      {parts[part] && <div className={styles.fields}>{children}</div>}
    </div>
  );
}

const depths = [0, 512, 1024, 2048, 4096, 8192, 16_384, 32_768];
/** Depths beyond what a model was trained for say little about using it. */
const depthsFor = (trained: number | null) =>
  depths.filter(depth => trained === null || depth < trained);

function SpeedFields({ trained }: { readonly trained: number | null }) {
  const { compare } = usePage();
  const speed = useCompare(({ choice }) => choice.speed);
  const change = (changes: Partial<typeof speed>) => compare.changeTest('speed', changes);
  return (
    <>
      <ChoiceChips
        label="Behind so many tokens"
        values={depthsFor(trained)}
        chosen={speed.depths}
        onChange={next => change({ depths: next })}
        text={shortCount}
      />
      <div className={styles.columns}>
        <Count
          label="Prompt tokens"
          value={speed.promptTokens}
          min={0}
          max={100_000}
          step={64}
          onChange={promptTokens => change({ promptTokens })}
        />
        <Count
          label="Generated tokens"
          value={speed.generatedTokens}
          min={0}
          max={10_000}
          step={16}
          onChange={generatedTokens => change({ generatedTokens })}
        />
        <Count
          label="Repetitions"
          value={speed.repetitions}
          min={1}
          max={100}
          onChange={repetitions => change({ repetitions })}
        />
      </div>
    </>
  );
}

function FidelityFields() {
  const { compare } = usePage();
  const { text, tokens } = useCompare(({ choice }) => choice.fidelity);
  return (
    <>
      <TextSourceField
        source={text}
        onChange={next => compare.changeTest('fidelity', { text: next })}
      />
      <div className={styles.columns}>
        <Count
          label="Of it at most, tokens"
          value={tokens}
          min={2}
          max={32_768}
          step={256}
          onChange={next => compare.changeTest('fidelity', { tokens: next })}
        />
      </div>
    </>
  );
}

function OutputsFields() {
  const { compare } = usePage();
  const { prompt, tokens } = useCompare(({ choice }) => choice.outputs);
  return (
    <>
      <TextArea
        label="Prompt"
        value={prompt}
        onValueChange={next => compare.changeTest('outputs', { prompt: next })}
        rows={3}
        maxLength={100_000}
      />
      <div className={styles.columns}>
        <Count
          label="At most, tokens"
          value={tokens}
          min={1}
          max={4096}
          step={32}
          onChange={next => compare.changeTest('outputs', { tokens: next })}
        />
      </div>
    </>
  );
}

function ParallelFields() {
  const { compare } = usePage();
  const { sequences, generatedTokens, repetitions } = useCompare(({ choice }) => choice.parallel);
  return (
    <>
      <ChoiceChips
        label="Answers at once"
        values={[1, 2, 4, 8, 16]}
        chosen={sequences}
        onChange={next => compare.changeTest('parallel', { sequences: next })}
        text={String}
      />
      <div className={styles.columns}>
        <Count
          label="Generated tokens"
          value={generatedTokens}
          min={2}
          max={4096}
          step={16}
          onChange={next => compare.changeTest('parallel', { generatedTokens: next })}
        />
        <Count
          label="Repetitions"
          value={repetitions}
          min={1}
          max={100}
          onChange={next => compare.changeTest('parallel', { repetitions: next })}
        />
      </div>
    </>
  );
}

interface CountProps {
  readonly label: string;
  readonly value: number;
  readonly min: number;
  readonly max: number;
  readonly step?: number;
  onChange(value: number): void;
}

/** A whole number that is always there: an emptied field keeps the last one. */
function Count({ onChange, ...field }: CountProps) {
  return (
    <NumberField
      {...field}
      maximumFractionDigits={0}
      onValueChange={next => {
        if (next !== null) onChange(next);
      }}
    />
  );
}
