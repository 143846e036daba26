import type { ReactNode } from 'react';
import { estimateError, formatError } from '#shared/metrics/cache-forecast.ts';
import { metricDefinitions } from '#shared/metrics/definitions.ts';
import { formatBytes, formatDuration, formatTokens, notMeasured } from '#shared/metrics/format.ts';
import type { LoadReport, ThreadTrial } from '#shared/model/load.ts';
import { DataTable } from '../ui/data-table.tsx';
import styles from './load-report.module.css';

const backendNames = { cuda: 'CUDA', metal: 'Metal', vulkan: 'Vulkan', cpu: 'CPU' } as const;

/** What the load was expected to reserve beside what llama.cpp reports, and what was chosen for it. */
export function LoadReportSection({ report }: { readonly report: LoadReport }) {
  const { planned, actual, options } = report;
  const bytes = [
    ['Weights', planned.weightsBytes, actual.weightsBytes],
    [`K (${options.typeK})`, planned.kvKBytes, actual.kvKBytes],
    [`V (${options.typeV})`, planned.kvVBytes, actual.kvVBytes],
    ['Recurrent state', planned.recurrentBytes, actual.recurrentBytes],
    ['Compute', planned.computeBytes, actual.computeBytes],
  ] as const;
  return (
    <div className={styles.report}>
      <DataTable
        caption="Planned and actual memory of the loaded model"
        rowHead="Part"
        columns={[
          { key: 'planned', head: 'Planned', title: 'Computed before the load' },
          { key: 'actual', head: 'Actual', title: 'From llama.cpp’s own allocation report' },
          { key: 'error', head: 'Error', title: metricDefinitions.estimateError.description },
        ]}
        rows={[
          // Most models keep no such state, and a row of zeros would only raise a question.
          ...bytes
            .filter(([, ...both]) => both.some(value => value !== 0))
            .map(([name, plannedBytes, actualBytes]) => ({
              key: name,
              head: name,
              cells: {
                planned: plannedBytes === null ? null : formatBytes(plannedBytes),
                actual: actualBytes === null ? null : formatBytes(actualBytes),
                error: formatError(estimateError(plannedBytes, actualBytes)),
              },
            })),
          {
            key: 'cells',
            head: 'Cells',
            cells: {
              planned: formatTokens(planned.cells),
              actual: actual.cells === null ? null : formatTokens(actual.cells),
              error: formatError(estimateError(planned.cells, actual.cells)),
            },
          },
        ]}
      />
      <dl className={styles.facts}>
        <Fact name="Backend">
          {backendNames[report.backend]}
          {options.backend === 'auto' && ' (chosen by auto)'}
        </Fact>
        <Fact name="Devices">
          {report.devices.length === 0 ? 'none reported' : report.devices.join(', ')}
        </Fact>
        <Fact name="GPU layers">
          {formatTokens(report.gpuLayers)} of {formatTokens(planned.model.layerCount)}
          {options.gpuLayers === 'auto' && ' (chosen by auto)'}
        </Fact>
        <Fact name="Threads">
          {report.threads}
          {options.threads === 'auto' && report.threadTrials.length > 0 && ' (fastest tried)'}
        </Fact>
        {report.threadTrials.length > 0 && (
          <Fact name="Tried">{report.threadTrials.map(trialText).join('; ')}</Fact>
        )}
        <Fact name="Flash attention">
          {options.flashAttention}, resolved {resolvedText(actual.flashAttention)}
        </Fact>
        <Fact name="Batch">{formatTokens(options.batchSize)} tokens</Fact>
        {options.swaFull && <Fact name="Sliding-window layers">full cache</Fact>}
        <Fact name="Load time">{formatDuration(report.loadMs)}</Fact>
        <Fact name="llama.cpp">
          {report.llamaCppRelease} (node-llama-cpp {report.bindingsRelease})
        </Fact>
      </dl>
    </div>
  );
}

function Fact({ name, children }: { readonly name: string; readonly children: ReactNode }) {
  return (
    <div className={styles.fact}>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

function trialText({ threads, medianMs }: ThreadTrial): string {
  return `${threads}: ${formatDuration(medianMs)} a token`;
}

function resolvedText(flashAttention: boolean | null): string {
  if (flashAttention === null) return notMeasured;
  return flashAttention ? 'on' : 'off';
}
