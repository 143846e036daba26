import { sampleText } from '../compare/sample-text.ts';
import type { PredictionTask } from './prediction-measurement.ts';

const [firstParagraph = ''] = sampleText.split('\n\n');

/** What the model is asked for each task. */
export const predictionPrompts: Readonly<Record<PredictionTask, string>> = {
  repeating: `Repeat this text word for word, and write nothing else:\n\n${firstParagraph}`,
  fresh: 'Tell a story about a lighthouse, a storm and a letter that came too late.',
};
