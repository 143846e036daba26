import { literalMarkdown, markdownTable } from '../export/markdown-table.ts';
import { formatTokenCount } from '../metrics/format.ts';
import { type Configuration, configurationNames } from './configuration.ts';
import type { OutputsResult } from './outputs.ts';

/** Parts of a Markdown report: the question, a line for each answer, then the answers in full. */
export function answerReport(
  configurations: readonly Configuration[],
  { test, configurations: outputs }: OutputsResult,
): string[] {
  const names = configurationNames(configurations);
  const answers = outputs.flatMap((output, index) =>
    output.outcome === 'measured' ? [{ ...output, name: names[index] ?? '' }] : [],
  );
  return [
    'Asked, greedily sampled:',
    fenced(test.prompt),
    markdownTable(
      ['configuration', 'answer'],
      answers.map(({ name, tokens, ended }) => [
        name,
        `${formatTokenCount(tokens.length)}, ${ended ? 'ended' : 'cut there'}`,
      ]),
    ),
    ...answers.flatMap(({ name, tokens }) => [
      `### ${literalMarkdown(name)}`,
      fenced(tokens.join('')),
    ]),
  ];
}

/** As it is, whatever is in it. */
function fenced(text: string): string {
  const runs = text.match(/`+/g) ?? [];
  const fence = '`'.repeat(Math.max(2, ...runs.map(run => run.length)) + 1);
  return `${fence}text\n${text}\n${fence}`;
}
