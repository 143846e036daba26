import type { ComparisonPart } from '#shared/compare/progress.ts';

/** What each part of a run is called, and the question that it answers. */
export const partTexts: Readonly<
  Record<ComparisonPart, { readonly name: string; readonly question: string }>
> = {
  speed: {
    name: 'Speed',
    question: 'How fast is it to read and to write, behind a little and behind a lot?',
  },
  fidelity: {
    name: 'Fidelity',
    question: 'How far does the cache move what the model expects of a text?',
  },
  outputs: {
    name: 'Answers side by side',
    question: 'What does each write, always taking the likeliest token?',
  },
  parallel: {
    name: 'Answers at the same time',
    question: 'What do several conversations at once cost, and gain?',
  },
};

export const partNames: Readonly<Record<ComparisonPart, string>> = {
  speed: partTexts.speed.name,
  fidelity: partTexts.fidelity.name,
  outputs: partTexts.outputs.name,
  parallel: partTexts.parallel.name,
};
