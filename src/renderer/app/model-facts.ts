import { formatPercent, formatTokens } from '#shared/metrics/format.ts';
import type { LoadProgress, LoadReport } from '#shared/model/load.ts';

const backendNames: Readonly<Record<LoadReport['backend'], string>> = {
  cuda: 'CUDA',
  metal: 'Metal',
  vulkan: 'Vulkan',
  cpu: 'CPU',
};

const stageNames: Readonly<Record<LoadProgress['stage'], string>> = {
  engine: 'Starting the engine',
  inspect: 'Reading the file’s header',
  weights: 'Loading the weights',
  context: 'Reserving the cache',
  calibration: 'Trying thread counts',
};

export interface ModelFact {
  readonly name: string;
  readonly text: string;
}

/** What a loaded model is told apart by, most important first. */
export function modelFacts(report: LoadReport): ModelFact[] {
  const { options, planned } = report;
  const [quantization] = planned.model.tensorTypes;
  const device = report.backend === 'cpu' ? undefined : report.devices[0];
  return [
    ...(quantization === undefined ? [] : [{ name: 'Quantization', text: quantization.name }]),
    { name: 'Context length', text: `${formatTokens(report.contextLength)} tokens` },
    { name: 'Cache types', text: `K ${options.typeK}, V ${options.typeV}` },
    {
      name: 'Backend',
      text:
        device === undefined
          ? backendNames[report.backend]
          : `${backendNames[report.backend]}, ${device}`,
    },
  ];
}

export function describeLoadProgress(progress: LoadProgress): string {
  const stage = stageNames[progress.stage];
  return progress.fraction === null ? stage : `${stage}, ${formatPercent(progress.fraction)}`;
}
