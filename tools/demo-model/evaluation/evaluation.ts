import { describeDoubt } from '#shared/chat/turn-text.ts';
import type { Corpus } from '../corpus.ts';
import { suggestionsOf } from '../suggestions.ts';
import { type Answers, ask } from './ask.ts';
import {
  type Dialogue,
  type ExpectedTurn,
  type Question,
  readDialogues,
  readLongConversation,
  readQuestions,
  type SetName,
} from './question-sets.ts';
import { createRecognition, type Recited } from './recognition.ts';
import { questionKey } from './same-question.ts';

/** One group of questions and how they were answered. */
export interface Score {
  readonly name: string;
  readonly right: number;
  readonly asked: number;
  /** Least share of right answers that the model is published with. */
  readonly minimum: number;
  readonly wrong: readonly Wrong[];
}

export interface Wrong {
  readonly question: string;
  readonly expected: string;
  readonly answered: string;
}

/** How well the app's remark that the model is unsure tells wrong answers from right ones. */
export interface Doubt {
  readonly wrong: { readonly marked: number; readonly answers: number };
  readonly right: { readonly marked: number; readonly answers: number };
}

export interface Evaluation {
  readonly scores: readonly Score[];
  readonly doubt: Doubt;
}

export interface EvaluationOptions {
  readonly corpus: Corpus;
  readonly model: string;
  readonly set: SetName;
  readonly temperature: number;
}

/**
 * Asks the model everything through `headroom chat`. An answer is right when it is, word for word, the
 * text that belongs to the question. Questions that also stand in the corpus are left out: nothing
 * would be learned from them.
 */
export async function evaluate(options: EvaluationOptions): Promise<Evaluation> {
  const { corpus, set } = options;
  const recognise = createRecognition(corpus);
  const taught = taughtQuestions(corpus);
  const isNew = ({ question }: { readonly question: string }) => !taught.has(questionKey(question));
  const questions = await readQuestions(set);
  const isGreeting = ({ topics }: Question) => topics.includes('small-talk/greeting');

  const all: Verdict[] = [];
  const single = async (name: string, minimum: number, turns: readonly ExpectedTurn[]) => {
    const { turns: answers } = await ask(
      turns.map(turn => turn.question),
      { ...options, separate: true },
    );
    const verdicts = judge(turns, answers, recognise);
    all.push(...verdicts);
    return score(name, minimum, verdicts);
  };
  const scores = [
    await single('in scope', 0.85, questions.inScope.filter(isNew).map(answerOf)),
    await single('out of scope, declined', 0.85, questions.outOfScope.filter(isNew).map(beyond)),
    await single(
      'greetings',
      14 / 15,
      questions.greetings.filter(isNew).filter(isGreeting).map(answerOf),
    ),
    await single(
      'other small talk',
      0.8,
      questions.greetings.filter(question => !isGreeting(question)).map(answerOf),
    ),
    await single(
      "the app's suggestions",
      0.95,
      suggestionsOf(corpus).map(({ question, topic }) =>
        answerOf({ question, topics: [topic.id] }),
      ),
    ),
  ];
  scores.push(...(await evaluateConversations(options, recognise)));
  return { scores, doubt: doubtOf(all) };
}

async function evaluateConversations(
  options: EvaluationOptions,
  recognise: (text: string) => Recited,
): Promise<Score[]> {
  const hold = async ({ turns }: Dialogue) => {
    const answers = await ask(
      turns.map(turn => turn.question),
      options,
    );
    return { verdicts: judge(turns, answers.turns, recognise), answers };
  };
  const inDialogues: Verdict[] = [];
  const followUps: Verdict[] = [];
  for (const dialogue of await readDialogues(options.set)) {
    const { verdicts } = await hold(dialogue);
    inDialogues.push(...verdicts);
    followUps.push(...judgeFollowUps(verdicts));
  }
  const long = await hold(await readLongConversation(options.set));
  const tokens = long.answers.turns.at(-1);
  const length = (tokens?.promptTokens ?? 0) + (tokens?.generatedTokens ?? 0);
  return [
    score('follow-ups, continuing the answer before', 0.9, followUps),
    score('all turns of the dialogues, as meant', 0.85, inDialogues),
    score(`one conversation of ${length} tokens`, 0.8, long.verdicts),
  ];
}

interface Verdict {
  readonly turn: ExpectedTurn;
  readonly right: boolean;
  readonly doubted: boolean;
  readonly recited: Recited;
  readonly answered: string;
}

function doubtOf(verdicts: readonly Verdict[]): Doubt {
  const count = (right: boolean) => {
    const answers = verdicts.filter(verdict => verdict.right === right);
    return { marked: answers.filter(({ doubted }) => doubted).length, answers: answers.length };
  };
  return { wrong: count(false), right: count(true) };
}

function judge(
  turns: readonly ExpectedTurn[],
  answers: Answers['turns'],
  recognise: (text: string) => Recited,
): Verdict[] {
  return turns.map((turn, index) => {
    const answer = answers[index];
    if (answer === undefined) throw new Error(`There is no answer to: ${turn.question}`);
    const recited = recognise(answer.text);
    return {
      turn,
      right: isRight(turn, recited),
      doubted: describeDoubt(answer) !== null,
      recited,
      answered: describe(recited, answer.text),
    };
  });
}

function isRight({ expect }: ExpectedTurn, recited: Recited): boolean {
  if ('beyond' in expect) return recited.kind === 'beyond';
  return (
    recited.kind === 'topic' &&
    expect.topics.includes(recited.topic) &&
    recited.part === expect.part
  );
}

/**
 * The follow-ups of a dialogue, each judged by the text that it follows: "tell me more" is answered
 * right when more of that text's topic comes, even where the question before had been taken for
 * another one. That is the fault of the question before, and counted there.
 */
function judgeFollowUps(dialogue: readonly Verdict[]): Verdict[] {
  const followUps: Verdict[] = [];
  let topic: string | null = null;
  for (const verdict of dialogue) {
    const { expect, question } = verdict.turn;
    if ('part' in expect && expect.part !== 'answer') {
      const topics = topic === null ? expect.topics : [topic];
      const turn = { question, expect: { topics, part: expect.part } };
      followUps.push({ ...verdict, turn, right: isRight(turn, verdict.recited) });
    }
    if (verdict.recited.kind === 'topic' && !verdict.recited.topic.startsWith('small-talk/')) {
      topic = verdict.recited.topic;
    }
  }
  return followUps;
}

function score(name: string, minimum: number, verdicts: readonly Verdict[]): Score {
  return {
    name,
    minimum,
    asked: verdicts.length,
    right: verdicts.filter(verdict => verdict.right).length,
    wrong: verdicts
      .filter(verdict => !verdict.right)
      .map(({ turn, answered }) => ({
        question: turn.question,
        expected:
          'beyond' in turn.expect
            ? 'beyond'
            : `${turn.expect.topics.join(' or ')} ${turn.expect.part}`,
        answered,
      })),
  };
}

function describe(recited: Recited, text: string): string {
  if (recited.kind === 'topic') return `${recited.topic} ${recited.part}`;
  return recited.kind === 'other' ? `not a taught text: ${text}` : recited.kind;
}

function answerOf({ question, topics }: Question): ExpectedTurn {
  return { question, expect: { topics, part: 'answer' } };
}

function beyond({ question }: { readonly question: string }): ExpectedTurn {
  return { question, expect: { beyond: true } };
}

function taughtQuestions(corpus: Corpus): ReadonlySet<string> {
  return new Set(
    [...corpus.topics, ...corpus.smallTalk, ...corpus.longTexts, ...corpus.beyond]
      .flatMap(({ questions }) => questions)
      .map(questionKey),
  );
}
