import { literalMarkdown, markdownTable } from '../export/markdown-table.ts';
import {
  formatBytes,
  formatDecimalBytes,
  formatDuration,
  formatTokenCount,
  formatTokens,
  notMeasured,
} from '../metrics/format.ts';
import type { ComparisonFacts, ComparisonResult } from './comparison.ts';
import { configurationNames } from './configuration.ts';
import { failureSentence, runFailures } from './failure-text.ts';
import type { FidelityResult } from './fidelity.ts';
import {
  fidelityCells,
  fidelityHead,
  formatPerplexity,
  namedFidelities,
  repeatedBaseline,
} from './fidelity-text.ts';
import { comparisonFindings } from './findings.ts';
import { benchColumns } from './llama-bench-formats.ts';
import { configurationRows } from './llama-bench-rows.ts';
import { answerReport } from './outputs-markdown.ts';
import type { ParallelResult } from './parallel.ts';
import type { ComparisonPart } from './progress.ts';
import { bytesPerSecond } from './roofline.ts';
import type { SpeedResult } from './speed.ts';

/** As the titles of the sections say it. */
const partNames: Readonly<Record<ComparisonPart, string>> = {
  speed: 'Speed',
  fidelity: 'Fidelity',
  outputs: 'Answers',
  parallel: 'Several at once',
};

/** A report to be read, or pasted into an issue: no path of the user's files is in it. */
export function comparisonMarkdown(result: ComparisonResult, name: string, note: string): string {
  const { facts, speed, fidelity, outputs, parallel } = result;
  const sections = [
    `# ${literalMarkdown(name)}`,
    ...(note.trim() === '' ? [] : [note.trim()]),
    '## What was measured',
    factsTable(facts),
    ...(speed === null ? [] : ['## Speed', seriesText(speed), speedTable(result)]),
    ...(fidelity === null
      ? []
      : ['## Fidelity', textOf(fidelity), fidelityTable(result, fidelity)]),
    ...(outputs === null ? [] : ['## Answers', ...answerReport(result.configurations, outputs)]),
    ...(parallel === null
      ? []
      : ['## Several at once', testText(parallel), parallelTable(result, parallel)]),
    ...listed(
      '## Findings',
      comparisonFindings(result).flatMap(({ sentences }) => sentences),
    ),
    ...listed('## Not measured', runFailures(result, partNames).map(failureSentence)),
  ];
  return `${sections.join('\n\n')}\n`;
}

function factsTable(facts: ComparisonFacts): string {
  const { model, memoryBandwidth, devices } = facts;
  const rows = [
    ['Model', `${model.name} (${model.architecture})`],
    ['File', `${model.path.split(/[\\/]/).at(-1)}, ${formatBytes(model.fileBytes)}`],
    ['Parameters', formatTokens(model.parameterCount)],
    ['Weights', facts.modelFingerprint ?? 'not known'],
    ['Processor', facts.cpu],
    ['Backend', devices.length === 0 ? facts.backend : `${facts.backend}: ${devices.join(', ')}`],
    ['Layers on the GPU', formatTokens(facts.gpuLayers)],
    [
      'Memory bandwidth',
      memoryBandwidth === null
        ? notMeasured
        : `${formatDecimalBytes(bytesPerSecond(memoryBandwidth))}/s, threads: ${memoryBandwidth.threads}`,
    ],
    ['llama.cpp', `${facts.llamaCppRelease} (node-llama-cpp ${facts.bindingsRelease})`],
    ['Headroom', facts.appVersion],
    ['Begun', new Date(facts.startedAt).toISOString()],
    ['Took', formatDuration(facts.tookMs)],
  ];
  return markdownTable(['', ''], rows);
}

function seriesText({ series }: SpeedResult): string {
  const { promptTokens, generatedTokens, repetitions } = series;
  const tests = [
    ...(promptTokens === 0 ? [] : [`pp: a prompt of ${formatTokenCount(promptTokens)}`]),
    ...(generatedTokens === 0 ? [] : [`tg: ${formatTokenCount(generatedTokens)} generated`]),
  ];
  return `${tests.join('; ')}. Behind @ d: tokens in the cache before. Each measured ${repetitions === 1 ? 'once' : `${repetitions} times`}; means ± standard deviation.`;
}

const speedColumns = ['type_k', 'type_v', 'fa', 'threads', 'test', 't/s'].flatMap(
  name => benchColumns.find(column => column.name === name) ?? [],
);

/** Under llama-bench's names, and what it has none for. */
function speedTable(result: ComparisonResult): string {
  const { configurations } = result;
  const names = configurationNames(configurations);
  const head = ['configuration', ...speedColumns.map(({ name }) => name), 'TTFT', 'KV used'];
  const rows = names.flatMap((name, index) =>
    configurationRows(result, index).map(row => [
      name,
      ...speedColumns.map(column => column.of(row)),
      row.n_prompt === 0 ? '' : formatDuration(row.avg_ttft_ms),
      formatBytes(row.kv_used_bytes),
    ]),
  );
  return markdownTable(head, rows);
}

function textOf({ text }: FidelityResult): string {
  const name = text.name === '' ? 'The built-in text' : literalMarkdown(text.name);
  return `${name}, ${formatTokens(text.expected.length)} places, SHA-256 \`${text.sha256}\`. Divergences in nats per token, against f16.`;
}

function fidelityTable({ configurations }: ComparisonResult, fidelity: FidelityResult): string {
  const { baseline, noise } = fidelity;
  const none = fidelityHead.slice(0, -1).map(() => '');
  return markdownTable(
    ['configuration', ...fidelityHead, 'KV reserved'],
    [
      [
        'f16 (baseline)',
        ...none,
        formatPerplexity(baseline.perplexity),
        formatBytes(baseline.kvBytes),
      ],
      ...namedFidelities({ configurations, fidelity }).map(figures => [
        figures.name,
        ...fidelityCells(figures),
        formatBytes(figures.kvBytes),
      ]),
      ...(noise.outcome === 'measured'
        ? [[repeatedBaseline, ...fidelityCells(noise), formatBytes(noise.kvBytes)]]
        : []),
    ],
  );
}

function testText({ test }: ParallelResult): string {
  return `Each sequence: a prompt of ${formatTokenCount(test.promptTokens)}, then ${formatTokens(test.generatedTokens)} generated. Tokens per second of all together, medians.`;
}

function parallelTable({ configurations }: ComparisonResult, parallel: ParallelResult): string {
  const names = configurationNames(configurations);
  const { sequences } = parallel.test;
  const rows = parallel.configurations.flatMap((each, index) =>
    each?.outcome === 'measured'
      ? [
          [
            names[index] ?? '',
            ...sequences.map(wanted => {
              const count = each.counts.find(figures => figures.sequences === wanted);
              return count?.outcome === 'measured'
                ? `${count.tokensPerSecond.median.toFixed(1)} (KV ${formatBytes(count.kvBytes)})`
                : notMeasured;
            }),
          ],
        ]
      : [],
  );
  return markdownTable(['configuration', ...sequences.map(count => `${count} at once`)], rows);
}

function listed(title: string, sentences: readonly string[]): string[] {
  if (sentences.length === 0) return [];
  return [title, sentences.map(sentence => `- ${literalMarkdown(sentence)}`).join('\n')];
}
