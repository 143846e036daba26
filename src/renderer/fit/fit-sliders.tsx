import { formatTokens } from '#shared/metrics/format.ts';
import { useFit, usePage } from '../state/page-context.tsx';
import { Slider } from '../ui/slider.tsx';

const sequenceCounts = [1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64, 96, 128, 192, 256];
const batchSizes = [32, 64, 128, 256, 512, 1024, 2048, 4096, 8192];

export function SequencesSlider() {
  const { fit } = usePage();
  const sequences = useFit(({ choice }) => choice.sequences);
  return (
    <Slider
      label="Sequences at once"
      value={sequenceCounts.indexOf(sequences)}
      onValueChange={index => fit.change({ sequences: sequenceCounts[index] ?? 1 })}
      min={0}
      max={sequenceCounts.length - 1}
      valueText={formatTokens(sequences)}
      description="Each has a cache of its own."
    />
  );
}

export function BatchSlider() {
  const { fit } = usePage();
  const batchSize = useFit(({ choice }) => choice.batchSize);
  return (
    <Slider
      label="Batch"
      value={batchSizes.indexOf(batchSize)}
      onValueChange={index => fit.change({ batchSize: batchSizes[index] ?? 512 })}
      min={0}
      max={batchSizes.length - 1}
      valueText={`${formatTokens(batchSize)} tokens`}
      description="Read at once; larger ones need larger compute buffers."
    />
  );
}

export function GpuLayersSlider() {
  const { fit } = usePage();
  const gpuLayers = useFit(({ choice }) => choice.gpuLayers);
  const basis = useFit(({ table }) => table.basis);
  const layers = useFit(({ subject }) => subject?.layers?.length ?? 0);
  const hasGpu = basis !== null && basis.backend !== 'cpu';
  // llama.cpp counts the output layer as one more.
  const most = layers + 1;
  const resolved = gpuLayers === 'auto' ? (basis?.gpuLayers ?? 0) : Math.min(gpuLayers, most);
  const count = `${formatTokens(resolved)} of ${formatTokens(most)}`;
  return (
    <Slider
      label="GPU layers"
      value={resolved}
      onValueChange={next => fit.change({ gpuLayers: next })}
      min={0}
      max={most}
      disabled={!hasGpu}
      valueText={hasGpu ? (gpuLayers === 'auto' ? `auto: ${count}` : count) : 'no GPU'}
      description={
        hasGpu
          ? 'The others stay in RAM, with their cache.'
          : 'No GPU that llama.cpp can use was found, so everything lies in RAM.'
      }
    />
  );
}
