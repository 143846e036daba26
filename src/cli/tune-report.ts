import { formatBytes, formatDuration } from '#shared/metrics/format.ts';
import { median } from '#shared/metrics/percentile.ts';
import type { LoadOptions } from '#shared/model/load.ts';
import type { TuneProgress, TuneResult, TuneTrial } from '#shared/tune/tune.ts';
import { settingsChange } from '#shared/tune/tune-text.ts';
import { columns } from './columns.ts';

/** A table, a row for each trial, and what it means in sentences. */
export function tuneText({ facts, start, trials, sentences }: TuneResult): string {
  const head = ['tried', 'turn', 'best so far', 'memory', 'verdict'];
  return [
    `${facts.model.name}: settings tried on ${facts.cpu || 'this machine'}, ${facts.backend}.`,
    ...(trials.length === 0
      ? []
      : [columns([head, ...trials.map(trial => trialCells(trial, start.options))])]),
    ...sentences,
  ].join('\n');
}

function trialCells(trial: TuneTrial, start: LoadOptions): string[] {
  const { turns, memoryBytes, verdict } = trial;
  return [
    settingsChange(trial.options, start),
    turns === null ? '' : formatDuration(median(turns.candidate.turnMs)),
    turns === null ? '' : formatDuration(median(turns.incumbent.turnMs)),
    formatBytes(memoryBytes),
    verdict,
  ];
}

const stages = {
  start: 'measuring what you have',
  limits: 'looking for settings within the limits',
  trial: 'trying',
  check: 'checking the choice against the start',
} as const;

export function tuneProgress(
  { stage, trial, elapsedMs }: TuneProgress,
  start: LoadOptions,
): string {
  const what = trial === null ? '' : ` ${settingsChange(trial.options, start)}`;
  return `Tuning, ${stages[stage]}${what} (${formatDuration(elapsedMs)})`;
}
