import { useStore } from 'zustand';
import { allBytes, budgetOf } from '#shared/fit/memory-pools.ts';
import { formatBytes, formatDecimalBytes, formatTokenCount } from '#shared/metrics/format.ts';
import { MemoryBar, type MemoryPart } from '../model-setup/memory-bar.tsx';
import { usePage } from '../state/page-context.tsx';
import { loadableContext, selectedRow, selectedTypes } from './fit-selected.ts';
import styles from './fit-selection.module.css';
import { LoadWith } from './load-with.tsx';

/** What the chosen cache takes, part by part, beside what it may take. */
export function FitSelection() {
  const { fit } = usePage();
  const state = useStore(fit.store);
  const { choice, table } = state;
  const { typeK, typeV } = selectedTypes(state);
  const row = selectedRow(state);
  const basis = table.basis;
  if (row === null || basis === null) return null;
  const { bytes } = row;
  const shown = choice.contextLength ?? row.maxContext ?? 0;
  const loadable = loadableContext(state, row);
  const { pools } = basis;
  const budget = allBytes(pools);
  const source =
    basis.computeFrom === 'simulation'
      ? 'Compute buffers are from llama.cpp’s own simulation of this file, without allocating it.'
      : 'Compute buffers are from a formula, within about a fifth: there is no file to simulate.';
  const cache = bytes === null ? 0 : bytes.kvK + bytes.kvV + bytes.recurrent;
  const parts: MemoryPart[] =
    bytes === null
      ? []
      : [
          { key: 'weights', label: 'Weights', bytes: bytes.weights },
          { key: 'k', label: `K (${typeK})`, bytes: bytes.kvK },
          { key: 'v', label: `V (${typeV})`, bytes: bytes.kvV },
          ...(bytes.recurrent === 0
            ? []
            : [{ key: 'recurrent', label: 'Recurrent', bytes: bytes.recurrent } as const]),
          { key: 'compute', label: 'Compute', bytes: bytes.compute },
        ];
  return (
    <section className={styles.section} aria-labelledby="fit-selection-title">
      <div className={styles.head}>
        <h2 id="fit-selection-title" className={styles.title}>
          K {typeK}, V {typeV}
          {bytes !== null && `: ${formatTokenCount(shown)}`}
          {bytes !== null && choice.sequences > 1 && ` in each of ${choice.sequences} sequences`}
        </h2>
        <div className={styles.actions}>
          <LoadWith
            label={
              loadable === 0 ? 'Load with this' : `Load with this and ${formatTokenCount(loadable)}`
            }
            contextLength={loadable}
          />
        </div>
      </div>
      {bytes === null ? (
        <>
          <p className={styles.sum}>
            The weights alone: <em>about {formatBytes(basis.weightsBytes)}</em> of{' '}
            {formatBytes(budget)}
            <Over bytes={basis.weightsBytes - budget} />
          </p>
          <MemoryBar
            parts={[{ key: 'weights', label: 'Weights', bytes: basis.weightsBytes }]}
            budgetBytes={budget}
          />
        </>
      ) : (
        <>
          <p className={styles.sum}>
            <em>about {formatBytes(bytes.total)}</em> of {formatBytes(budget)}
            {pools.vramBytes !== null &&
              `: ${formatBytes(bytes.vram)} of ${formatBytes(budgetOf(pools))} on the GPU`}
            <Over bytes={bytes.total - budget} />. The cache: <em>{formatBytes(cache)}</em> (
            {formatDecimalBytes(cache)}).
          </p>
          <MemoryBar parts={parts} budgetBytes={budget} />
        </>
      )}
      <p className={styles.note}>{source}</p>
    </section>
  );
}

function Over({ bytes }: { readonly bytes: number }) {
  if (bytes <= 0) return null;
  return <strong className={styles.over}>, {formatBytes(bytes)} too much</strong>;
}
