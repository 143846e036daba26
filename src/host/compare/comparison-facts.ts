import { cpus } from 'node:os';
import type { ComparisonFacts } from '#shared/compare/comparison.ts';
import type { LoadReport } from '#shared/model/load.ts';

/**
 * What a run was measured on.
 *
 * @param report of its first load
 * @param startedAt milliseconds since 1970
 */
export function factsOf(
  { planned, ...report }: LoadReport,
  startedAt: number,
  appVersion: string,
): ComparisonFacts {
  const { path, name, architecture, fileBytes, weightsBytes, parameterCount } = planned.model;
  const { backend, devices, gpuLayers, bindingsRelease, llamaCppRelease } = report;
  return {
    model: { path, name, architecture, fileBytes, weightsBytes, parameterCount },
    modelFingerprint: report.modelFingerprint,
    backend,
    devices,
    gpuLayers,
    bindingsRelease,
    llamaCppRelease,
    cpu: cpus()[0]?.model ?? '',
    memoryBandwidth: null,
    appVersion,
    startedAt,
    tookMs: Date.now() - startedAt,
  };
}
