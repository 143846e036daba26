import { cacheTypesName } from '../compare/configuration.ts';
import { formatDivergence } from '../compare/fidelity-text.ts';
import { formatBytes, formatDuration, formatPercent, formatTokens } from '../metrics/format.ts';
import { median } from '../metrics/percentile.ts';
import type { LoadOptions } from '../model/load.ts';
import { judgeTurns, trialSamples } from './judgement.ts';
import { acceptanceRate } from './prediction-figures.ts';
import type { PredictionPair, TuneResult, TuneTrial, TurnPair, TypeCost } from './tune.ts';

type Told = Omit<TuneResult, 'facts' | 'sentences'>;

/** What came out, why, and how far it holds, a sentence each. */
export function tuneSentences(result: Told): string[] {
  return [
    outcomeSentence(result),
    ...checkSentences(result),
    ...result.trials.map(trial => trialSentence(trial, result)),
    ...costSentences(result),
    ...untriedSentences(result),
    holdsFor(result),
  ];
}

/** How these settings differ from those: "2 threads, cache q8_0"; empty where they do not. */
export function settingsChange(options: LoadOptions, start: LoadOptions): string {
  const isOther = (...keys: (keyof LoadOptions)[]) => keys.some(key => options[key] !== start[key]);
  const { threads, flashAttention, batchSize, tokenPrediction } = options;
  return [
    ...(isOther('threads') ? [threads === 1 ? '1 thread' : `${threads} threads`] : []),
    ...(isOther('flashAttention') ? [`flash attention ${flashAttention}`] : []),
    ...(isOther('batchSize') ? [`batches of ${formatTokens(batchSize)}`] : []),
    ...(isOther('typeK', 'typeV') ? [`cache ${cacheTypesName(options)}`] : []),
    ...(isOther('tokenPrediction')
      ? [`token prediction ${tokenPrediction === 'off' ? 'off' : 'from the prompt'}`]
      : []),
  ].join(', ');
}

function outcomeSentence({ outcome, start, choice, request, trials }: Told): string {
  const change = choice === null ? '' : settingsChange(choice.options, start.options);
  switch (outcome) {
    case 'improved':
      return `Load it with ${change}.`;
    case 'keep':
      if (trials.length === 0) return 'Keep what you have: nothing else was tried.';
      return 'Keep what you have: nothing that was tried is measurably faster and within the limits.';
    case 'limits-kept':
      return `${startLimit({ start, request })} Load it with ${change}: the fastest that was found within them.`;
    case 'nothing-fits':
      return `${startLimit({ start, request })} Nothing that was tried does: allow more memory or more divergence, or choose a shorter context.`;
  }
}

function startLimit({ start, request }: Pick<Told, 'start' | 'request'>): string {
  switch (start.limit) {
    case 'over-budget':
      return `What you have takes ${formatBytes(start.memoryBytes)}, and the budget is ${formatBytes(request.budgetBytes)}: it does not keep the limits.`;
    case 'below-floor':
      return start.divergence === null
        ? 'How far your cache types are from f16 could not be measured: they do not keep the limits.'
        : `Your cache types are ${formatDivergence(start.divergence)} nats per token from f16, and ${formatDivergence(request.floorNats)} are allowed: they do not keep the limits.`;
    default:
      return `What you have could not be loaded: ${start.error?.message ?? ''}`;
  }
}

function checkSentences({ check }: Told): string[] {
  if (check === null) return [];
  const { turns, prediction } = check;
  const [before, after] = [turns.incumbent.turnMs, turns.candidate.turnMs].map(median);
  const judgement = {
    faster: `${percent(savedShare(turns))} less`,
    slower: `${percent(-savedShare(turns))} more`,
    'no-difference': 'no measurable difference',
  }[judgeTurns(turns)];
  return [
    `Measured once more against each other, in turns: a turn takes ${formatDuration(before ?? null)} before, ${formatDuration(after ?? null)} with what was found (${judgement}).`,
    ...(prediction === null ? [] : [predictionSentence(prediction)]),
  ];
}

/** What was tried, and why it was taken or not. */
function trialSentence(trial: TuneTrial, { start, request }: Told): string {
  const { verdict, turns, prediction, memoryBytes, divergence, error } = trial;
  const name = capitalized(settingsChange(trial.options, start.options) || 'what you have');
  const by = turns === null ? '' : ` ${times(turns)}`;
  switch (verdict) {
    case 'faster':
      return prediction === null
        ? `${name}: faster,${by}${divergence === null || divergence === 0 ? '' : `, at ${formatDivergence(divergence)} nats per token from f16`}.`
        : `${name}: faster. ${predictionSentence(prediction)}`;
    case 'no-difference':
      return `${name}: no measurable difference${prediction === null ? `,${by}` : `. ${predictionSentence(prediction).replace(/\.$/, '')}`}.`;
    case 'slower':
      return prediction === null
        ? `${name}: slower,${by}.`
        : `${name}: slower. ${predictionSentence(prediction)}`;
    case 'keeps-limits':
      return `${name}: keeps the limits, with ${formatBytes(memoryBytes)}.`;
    case 'over-budget':
      return memoryBytes === null
        ? `${name}: what it takes is not known, so it may be over the budget.`
        : `${name}: over the budget, with ${formatBytes(memoryBytes)} of ${formatBytes(request.budgetBytes)}.`;
    case 'below-floor':
      return divergence === null
        ? `${name}: how far it is from f16 could not be measured.`
        : `${name}: too far from f16, ${formatDivergence(divergence)} nats per token where ${formatDivergence(request.floorNats)} are allowed.`;
    case 'other-answer':
      return `${name}: not taken, since the model answered otherwise with it: larger batches round in another way.`;
    case 'failed':
      return `${name}: failed. ${error?.message ?? ''}`;
  }
}

function predictionSentence({ incumbent, candidate }: PredictionPair): string {
  const part = (task: 'repeating' | 'fresh') => {
    const [before, after] = [incumbent[task], candidate[task]].map(({ msPerToken }) =>
      median(msPerToken),
    );
    const rate = acceptanceRate(candidate[task]);
    const accepted =
      rate === null ? 'nothing guessed' : `${formatPercent(rate)} of the guesses right`;
    return `${formatDuration(before ?? null)} a token without and ${formatDuration(after ?? null)} with it (${accepted})`;
  };
  return `An answer that repeats the prompt takes ${part('repeating')}, another one ${part('fresh')}.`;
}

function costSentences({ start, costs, request }: Told): string[] {
  if (start.limit !== 'over-budget' && start.limit !== 'failed') return [];
  return costs.map(cost => costSentence(cost, request.budgetBytes));
}

function costSentence(
  { typeK, typeV, memoryBytes, divergence }: TypeCost,
  budgetBytes: number | null,
): string {
  const fits =
    budgetBytes === null || memoryBytes === null
      ? ''
      : memoryBytes <= budgetBytes
        ? ', within the budget'
        : ', over the budget';
  const far =
    divergence === null
      ? 'its divergence from f16 was not measured'
      : `${formatDivergence(divergence)} nats per token from f16`;
  return `This context with cache ${cacheTypesName({ typeK, typeV })}: ${formatBytes(memoryBytes)} planned${fits}; ${far}.`;
}

function untriedSentences({ untried, start }: Told): string[] {
  if (untried.length === 0) return [];
  const names = untried.map(({ options }) => settingsChange(options, start.options));
  return [`Not tried for want of time: ${names.join('; ')}.`];
}

function holdsFor({ request, depthTokens }: Told): string {
  const { promptTokens, generatedTokens } = request.turn;
  return `A turn here reads ${formatTokens(promptTokens)} tokens behind ${formatTokens(depthTokens)} and writes ${formatTokens(generatedTokens)}; all of it holds for this machine as it was busy then.`;
}

function times({ incumbent, candidate }: TurnPair): string {
  const [before, after] = [incumbent.turnMs, candidate.turnMs].map(median);
  const few = candidate.turnMs.length < trialSamples ? ', given up early' : '';
  return `${formatDuration(after ?? null)} against ${formatDuration(before ?? null)} a turn${few}`;
}

/** Of the time of a turn, by the medians; negative where it became longer. */
function savedShare({ incumbent, candidate }: TurnPair): number {
  const [before, after] = [incumbent.turnMs, candidate.turnMs].map(median);
  return before == null || after == null || before === 0 ? 0 : 1 - after / before;
}

function percent(share: number): string {
  return `${(share * 100).toFixed(share < 0.1 ? 1 : 0)} %`;
}

function capitalized(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
