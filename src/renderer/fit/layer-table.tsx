import { useStore } from 'zustand';
import { layerCells, reservedCells } from '#shared/kv-cache/cache-size.ts';
import { formatBytes, formatPercent, formatTokens } from '#shared/metrics/format.ts';
import type { ModelLayer } from '#shared/model/model-layer.ts';
import { usePage } from '../state/page-context.tsx';
import { DataTable } from '../ui/data-table.tsx';
import styles from '../ui/section.module.css';
import { selectedRow, selectedTypes } from './fit-selected.ts';
import { layerGroups, rangesText } from './layer-groups.ts';

const withoutRow = 4096;

/** Which layers the cache goes to, and why some keep less than others. */
export function LayerTable() {
  const { fit } = usePage();
  const state = useStore(fit.store);
  const { choice, subject } = state;
  if (subject?.layers == null) return null;
  const { layers } = subject;
  const longest = selectedRow(state)?.maxContext ?? 0;
  const contextLength = choice.contextLength ?? (longest === 0 ? withoutRow : longest);
  const { batchSize, sequences, flashAttention } = choice;
  const setup = {
    ...selectedTypes(state),
    ...{ contextLength, batchSize, sequences, flashAttention, swaFull: false },
  };
  const groups = layerGroups(layers, setup);
  const total = groups.reduce((sum, { bytes }) => sum + bytes.total, 0);
  const cells = (layer: ModelLayer) =>
    layer.attention === null
      ? 0
      : layerCells(layer.attention, reservedCells(contextLength), setup) * sequences;
  return (
    <section className={styles.section} aria-labelledby="fit-layers-title">
      <h2 id="fit-layers-title" className={styles.title}>
        Layer by layer: K {setup.typeK}, V {setup.typeV}, {formatTokens(contextLength)} tokens
      </h2>
      <DataTable
        caption="Cache by layer"
        rowHead="Layers"
        columns={[
          { key: 'kind', head: 'Attention' },
          { key: 'heads', head: 'KV heads', title: 'Heads that keys and values are kept for' },
          { key: 'lengths', head: 'K / V length', title: 'Elements of one head' },
          { key: 'cells', head: 'Cells', title: 'Tokens that each layer keeps' },
          { key: 'bytes', head: 'Cache', title: 'Of these layers together' },
          { key: 'share', head: 'Share' },
        ]}
        rows={groups.map(({ kind, layer, numbers, bytes }) => ({
          key: rangesText(numbers),
          head: rangesText(numbers),
          cells: {
            kind: kindText(kind, layer),
            heads: layer.attention === null ? '–' : formatTokens(layer.attention.kvHeads),
            lengths: lengthsText(layer),
            cells: cells(layer) === 0 ? '–' : formatTokens(cells(layer)),
            bytes: formatBytes(bytes.total),
            share: formatPercent(total === 0 ? 0 : bytes.total / total),
          },
        }))}
      />
    </section>
  );
}

function kindText(kind: string, { attention }: ModelLayer): string {
  const window = attention?.slidingWindow ?? null;
  return window === null ? kind : `${kind} of ${formatTokens(window)}`;
}

function lengthsText({ attention }: ModelLayer): string {
  if (attention === null) return '–';
  return `${formatTokens(attention.keyLength)} / ${attention.valueLength === 0 ? 'in K' : formatTokens(attention.valueLength)}`;
}
