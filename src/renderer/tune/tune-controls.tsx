import { cacheTypesName } from '#shared/compare/configuration.ts';
import { formatTokens } from '#shared/metrics/format.ts';
import type { LoadOptions } from '#shared/model/load.ts';
import { startOptions } from '../model-setup/load-choices.ts';
import { useApp, useCompare, usePage, useTune } from '../state/page-context.tsx';
import { NumberField } from '../ui/number-field.tsx';
import sectionStyles from '../ui/section.module.css';
import { Segmented } from '../ui/segmented.tsx';
import { Select } from '../ui/select.tsx';

const gibibyte = 1024 ** 3;
const minute = 60_000;

/** What the search begins with, and what may be spent on it. */
export function TuneControls() {
  const { tune } = usePage();
  const path = useCompare(({ choice }) => choice.path);
  const begins = useApp(state => beginsText(startOptions(state, path)));
  const { budgetBytes, floorNats, timeMs } = useTune(state => state.choice);
  return (
    <>
      <section className={sectionStyles.section} aria-labelledby="tune-begins">
        <h2 id="tune-begins" className={sectionStyles.title}>
          What you have
        </h2>
        <p>{begins}</p>
        <p className={sectionStyles.note}>
          The settings that this file was loaded with last. The context stays as long as it is.
        </p>
      </section>
      <NumberField
        label="Memory at most"
        value={budgetBytes === null ? null : budgetBytes / gibibyte}
        onValueChange={gib =>
          tune.change({
            budgetBytes: gib === null || gib <= 0 ? null : Math.round(gib * gibibyte),
          })
        }
        min={0}
        max={1_048_576}
        unit="GiB"
        placeholder="what can be loaded"
        description="For weights, cache and compute buffers together."
      />
      <Select
        label="What the cache may change"
        value={String(floorNats)}
        onValueChange={floor => tune.change({ floorNats: Number(floor) })}
        options={[
          { value: '0', label: 'Nothing: f16 only' },
          { value: '0.001', label: '0.001 nats per token', description: 'Hardly to be noticed' },
          { value: '0.01', label: '0.01 nats per token', description: 'Seldom another word' },
          { value: '0.1', label: '0.1 nats per token', description: 'Speed comes first' },
        ]}
        description="Mean divergence from an f16 cache, measured."
      />
      <section className={sectionStyles.section} aria-label="Time to search">
        <h2 className={sectionStyles.title}>Time to search</h2>
        <Segmented
          label="Time to search"
          value={String(timeMs)}
          onValueChange={time => tune.change({ timeMs: Number(time) })}
          options={[1, 3, 10, 30].map(minutes => ({
            value: String(minutes * minute),
            label: `${minutes} min`,
          }))}
        />
        <p className={sectionStyles.note}>
          After that nothing new is tried; the last check comes on top.
        </p>
      </section>
    </>
  );
}

function beginsText(options: LoadOptions): string {
  const { contextLength, threads, batchSize, flashAttention } = options;
  return [
    `cache ${cacheTypesName(options)}`,
    contextLength === 'auto' ? 'context as it comes' : `${formatTokens(contextLength)} tokens`,
    threads === 'auto' ? 'threads by calibration' : `${threads} threads`,
    `batches of ${formatTokens(batchSize)}`,
    `flash attention ${flashAttention}`,
  ].join(', ');
}
