import type { PredictionFigures, TaskFigures } from '#shared/tune/prediction-figures.ts';
import type { PredictionMeasurement, PredictionTask } from '#shared/tune/prediction-measurement.ts';

/** Answers of one configuration, task by task, in their order. */
export class PredictionSamples {
  readonly #answers: Readonly<Record<PredictionTask, PredictionMeasurement[]>> = {
    repeating: [],
    fresh: [],
  };

  add(task: PredictionTask, answer: PredictionMeasurement): void {
    this.#answers[task].push(answer);
  }

  figures(): PredictionFigures {
    return {
      repeating: taskFigures(this.#answers.repeating),
      fresh: taskFigures(this.#answers.fresh),
    };
  }

  /** Token for token, in every answer. */
  saysTheSameAs(other: PredictionSamples): boolean {
    const said = (task: PredictionTask) =>
      new Set([...this.#answers[task], ...other.#answers[task]].map(({ tokens }) => tokens.join()));
    return said('repeating').size <= 1 && said('fresh').size <= 1;
  }
}

function taskFigures(answers: readonly PredictionMeasurement[]): TaskFigures {
  return {
    tokens: answers[0]?.tokens.length ?? 0,
    msPerToken: answers.flatMap(({ tokens, ms }) => (ms === null ? [] : ms / (tokens.length - 1))),
    guessed: answers.reduce((sum, { guessed }) => sum + guessed, 0),
    accepted: answers.reduce((sum, { accepted }) => sum + accepted, 0),
  };
}
