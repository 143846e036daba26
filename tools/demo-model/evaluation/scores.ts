import type { Doubt, Score } from './evaluation.ts';

export function meetsMinimum({ right, asked, minimum }: Score): boolean {
  return right >= minimum * asked;
}

/** A Markdown table, one line a group. */
export function describeScores(scores: readonly Score[]): string {
  const percent = (share: number) => `${(100 * share).toFixed(1)} %`;
  return [
    '| questions | right | asked | share | at least |',
    '|---|---|---|---|---|',
    ...scores.map(
      score =>
        `| ${score.name} | ${score.right} | ${score.asked} | ` +
        `${percent(score.right / score.asked)} | ${percent(score.minimum)} |`,
    ),
  ].join('\n');
}

export function describeDoubtScore({ wrong, right }: Doubt): string {
  return (
    `The app's remark that the model is unsure stands beside ${wrong.marked} of the ${wrong.answers} wrong answers ` +
    `to single questions, and beside ${right.marked} of the ${right.answers} right ones.`
  );
}
