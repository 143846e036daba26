import type { SequenceEvaluateOptions } from 'node-llama-cpp';

/** The likeliest token each time, also where that would end an answer: whoever asks decides on the end. */
export const greedy: SequenceEvaluateOptions = { temperature: 0, seed: 0, yieldEogToken: true };
