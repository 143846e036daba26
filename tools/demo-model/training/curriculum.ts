import { type Chance, createChance } from '../conversations/chance.ts';
import { type Asked, type Mixture, walkConversation } from '../conversations/conversation.ts';
import type { RowBuilder, TrainingRow } from './rows.ts';

/** A part of the training data: rows of one kind, in the stage in which they are seen. */
interface Course {
  readonly stage: number;
  readonly tokens: number;
  readonly row: (maker: RowMaker) => TrainingRow;
}

/**
 * Which text is meant is learned from the first words of very many questions, so most rows end a few
 * words into the answer. Whole texts need their share to the end, or the model forgets how they go on;
 * they are recited from their titles too, so that a title is enough wherever it stands. A session of
 * thousands of tokens works only if the last stage has some.
 */
const TRAINING: readonly Course[] = [
  { stage: 0, tokens: 7_500_000, row: maker => maker.single({ answerTokens: 10 }) },
  { stage: 0, tokens: 800_000, row: maker => maker.single({}) },
  { stage: 0, tokens: 800_000, row: maker => maker.recital() },
  { stage: 0, tokens: 4_200_000, row: maker => maker.dialogue(400) },
  { stage: 1, tokens: 1_600_000, row: maker => maker.single({ answerTokens: 10 }) },
  { stage: 1, tokens: 200_000, row: maker => maker.recital() },
  { stage: 1, tokens: 1_300_000, row: maker => maker.dialogue(400) },
  { stage: 1, tokens: 700_000, row: maker => maker.session(1100, 0.1) },
  { stage: 1, tokens: 400_000, row: maker => maker.session(3600, 0.02) },
];

/**
 * For a model that is trained already, after a change of the corpus: a little of everything, more of
 * small talk and of whole texts than is needed to learn them, so that nothing is forgotten.
 */
const REFINEMENT: readonly Course[] = [
  { stage: 0, tokens: 1_200_000, row: maker => maker.single({ answerTokens: 10 }) },
  { stage: 0, tokens: 450_000, row: maker => maker.smallTalk() },
  { stage: 0, tokens: 100_000, row: maker => maker.recital() },
  { stage: 0, tokens: 1_200_000, row: maker => maker.dialogue(400) },
  { stage: 0, tokens: 250_000, row: maker => maker.session(1100, 0.1) },
  { stage: 0, tokens: 150_000, row: maker => maker.session(3600, 0.02) },
];

export const CURRICULA = { train: TRAINING, refine: REFINEMENT } as const;
export type CurriculumName = keyof typeof CURRICULA;

const STAGES = [0, 1] as const;

export interface CurriculumOptions {
  readonly asked: Asked;
  readonly builder: RowBuilder;
  readonly name: CurriculumName;
  readonly seed: number;
  /** Share of every course that is made; 1 for the real thing. */
  readonly share: number;
}

/** The rows of each stage, mixed. The same for the same options. */
export function* stagesOf(options: CurriculumOptions): Generator<TrainingRow[]> {
  for (const stage of STAGES) yield stageRows(options, stage);
}

function stageRows(options: CurriculumOptions, stage: number): TrainingRow[] {
  const maker = new RowMaker(options, createChance(options.seed, `stage ${stage}`));
  const rows: TrainingRow[] = [];
  for (const course of CURRICULA[options.name].filter(course => course.stage === stage)) {
    let tokens = 0;
    while (tokens < course.tokens * options.share) {
      const row = course.row(maker);
      tokens += row.tokens.length;
      rows.push(row);
    }
  }
  createChance(options.seed, `order ${stage}`).shuffle(rows);
  return rows;
}

const SINGLE: Mixture = {
  followUp: 0,
  strayFollowUp: 0.01,
  smallTalk: 0.12,
  beyond: 0.3,
  longText: 0.02,
};
const SMALL_TALK: Mixture = { ...SINGLE, strayFollowUp: 0, smallTalk: 1 };
const DIALOGUE: Mixture = {
  followUp: 0.55,
  strayFollowUp: 0.05,
  smallTalk: 0.1,
  beyond: 0.12,
  longText: 0,
};
const SESSION: Mixture = { ...DIALOGUE, followUp: 0.35, beyond: 0.15 };

const SYSTEM_PROMPT_SHARE = 0.1;

class RowMaker {
  readonly #options: CurriculumOptions;
  readonly #chance: Chance;

  constructor(options: CurriculumOptions, chance: Chance) {
    this.#options = options;
    this.#chance = chance;
  }

  single({ answerTokens }: { readonly answerTokens?: number }): TrainingRow {
    const { builder, asked } = this.#options;
    this.#begin();
    builder.addExchange(walkConversation(asked, SINGLE, this.#chance).next(), answerTokens);
    return builder.finish(1200);
  }

  smallTalk(): TrainingRow {
    const { builder, asked } = this.#options;
    this.#begin();
    builder.addExchange(walkConversation(asked, SMALL_TALK, this.#chance).next(), 10);
    return builder.finish();
  }

  /** A text behind its title, as the first thing that is said. */
  recital(): TrainingRow {
    const { builder, asked } = this.#options;
    const { answer, parts } = this.#chance.pick(asked.corpus.topics);
    builder.addRecital(this.#chance.pick([answer, ...Object.values(parts ?? {})]));
    return builder.finish();
  }

  dialogue(tokens: number): TrainingRow {
    return this.#walk(DIALOGUE, tokens);
  }

  /** @param longText chance that a message asks for one of the long texts */
  session(tokens: number, longText: number): TrainingRow {
    return this.#walk({ ...SESSION, longText }, tokens);
  }

  #walk(mixture: Mixture, tokens: number): TrainingRow {
    const { builder, asked } = this.#options;
    this.#begin();
    const walk = walkConversation(asked, mixture, this.#chance);
    while (builder.length < tokens) builder.addExchange(walk.next());
    return builder.finish(tokens);
  }

  #begin(): void {
    if (!this.#chance.happens(SYSTEM_PROMPT_SHARE)) return;
    const { builder, asked } = this.#options;
    builder.addSystemPrompt(this.#chance.pick(asked.corpus.wording.systemPrompts));
  }
}
