import { literalMarkdown, markdownTable } from '../export/markdown-table.ts';
import { formatTokenCount } from '../metrics/format.ts';
import { type Configuration, configurationNames } from './configuration.ts';
import { firstDivergence } from './first-divergence.ts';
import type { OutputsResult } from './outputs.ts';

/**
 * Parts of a Markdown report: the question, a line for each answer and where it leaves that of the first
 * configuration, then the answers in full.
 */
export function answerReport(
  configurations: readonly Configuration[],
  { test, configurations: outputs }: OutputsResult,
): string[] {
  const names = configurationNames(configurations);
  const answers = outputs.flatMap((output, index) =>
    output.outcome === 'measured' ? [{ ...output, index, name: names[index] ?? '' }] : [],
  );
  const reference = answers.find(({ index }) => index === 0);
  const others =
    reference === undefined
      ? []
      : [`the same as ${reference.name}`, `then ${reference.name}`, 'then it'];
  return [
    'Asked, greedily sampled:',
    fenced(test.prompt),
    markdownTable(
      ['configuration', 'answer', ...others],
      answers.map(answer => [
        answer.name,
        `${formatTokenCount(answer.tokens.length)}, ${answer.ended ? 'ended' : 'cut there'}`,
        ...divergenceCells(reference, answer),
      ]),
    ),
    ...answers.flatMap(({ name, tokens }) => [
      `### ${literalMarkdown(name)}`,
      fenced(tokens.join('')),
    ]),
  ];
}

interface Answer {
  readonly tokens: readonly string[];
}

/** None without the answer of the first configuration; empty for that answer itself. */
function divergenceCells(reference: Answer | undefined, answer: Answer): string[] {
  if (reference === undefined) return [];
  if (answer === reference) return ['', '', ''];
  const at = firstDivergence(reference.tokens, answer.tokens);
  if (at === null) return ['to its end', '', ''];
  return [
    `for ${formatTokenCount(at)}`,
    tokenText(reference.tokens[at]),
    tokenText(answer.tokens[at]),
  ];
}

/** In quotes, since a token may be a space. */
function tokenText(token: string | undefined): string {
  return token === undefined ? 'nothing more' : JSON.stringify(token);
}

/** As it is, whatever is in it. */
function fenced(text: string): string {
  const runs = text.match(/`+/g) ?? [];
  const fence = '`'.repeat(Math.max(2, ...runs.map(run => run.length)) + 1);
  return `${fence}text\n${text}\n${fence}`;
}
