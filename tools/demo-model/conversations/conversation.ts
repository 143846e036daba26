import { type BeyondKind, type Corpus, type Part, parts, type Topic } from '../corpus.ts';
import type { Chance } from './chance.ts';
import { varyPhrasing, varyQuestion, varyTyping } from './variation.ts';

export interface Exchange {
  readonly user: string;
  readonly assistant: string;
}

/** A conversation as somebody could have it with the model, one exchange after the other. */
export interface ConversationWalk {
  next(): Exchange;
}

/** Chances of what the next message is about; the rest is a question of a topic. */
export interface Mixture {
  /** A follow-up, where there is something to follow up. */
  readonly followUp: number;
  /** A follow-up where there is nothing. */
  readonly strayFollowUp: number;
  readonly smallTalk: number;
  readonly beyond: number;
  readonly longText: number;
}

export interface Asked {
  readonly corpus: Corpus;
  /** Questions that the app itself suggests: each is certain to be asked often, as it is. */
  readonly suggestions: readonly { readonly question: string; readonly topic: Topic }[];
  /** Whether a question is kept for the evaluation: chance may not come upon it by itself. */
  isHeldOut(question: string): boolean;
}

const SUGGESTION_SHARE = 0.03;
/** Of the questions of a topic that has terms. */
const FRAMED_SHARE = 0.12;
/** Of the greetings: names and places without end, so that none looks foreign. */
const PATTERN_SHARE = 0.2;
const GREETING = 'small-talk/greeting';
/** Small talk that leaves the subject where it was. */
const PASSING = new Set(['small-talk/thanks', 'small-talk/praise', 'small-talk/acknowledgement']);

export function walkConversation(asked: Asked, mixture: Mixture, chance: Chance): ConversationWalk {
  const { corpus, suggestions } = asked;
  let subject: Topic | 'none' | 'finished' = 'none';
  let moreGiven = false;

  const followUp = (): Exchange => {
    const part = chance.pick(parts);
    return {
      user: varyTyping(chance.pick(corpus.followUps[part]), chance),
      assistant: answerTo(part),
    };
  };
  const answerTo = (part: Part): string => {
    if (subject === 'none') return corpus.nothingToContinue;
    if (subject === 'finished' || subject.parts === null) return corpus.noMore;
    if (part === 'more') {
      if (moreGiven) return corpus.noMore;
      moreGiven = true;
    }
    return subject.parts[part];
  };
  const ask = (topic: Topic, question: string): Exchange => {
    subject = topic;
    moreGiven = false;
    return { user: question, assistant: topic.answer };
  };

  return {
    next() {
      const open = typeof subject === 'object' && subject.parts !== null;
      if (chance.happens(open ? mixture.followUp : mixture.strayFollowUp)) return followUp();
      if (chance.happens(mixture.smallTalk)) {
        const topic = pickSmallTalk(corpus, chance);
        if (!PASSING.has(topic.id)) subject = 'none';
        return { user: smallTalkMessage(asked, topic, chance), assistant: topic.answer };
      }
      if (chance.happens(mixture.beyond)) {
        const kind = chance.pick(corpus.beyond);
        subject = 'finished';
        return { user: beyondQuestion(asked, kind, chance), assistant: kind.answer };
      }
      if (chance.happens(mixture.longText)) {
        const text = chance.pick(corpus.longTexts);
        return ask(text, variedQuestion(asked, text, chance));
      }
      if (chance.happens(SUGGESTION_SHARE)) {
        const { topic, question } = chance.pick(suggestions);
        return ask(topic, question);
      }
      const topic = chance.pick(corpus.topics);
      return ask(topic, variedQuestion(asked, topic, chance));
    },
  };
}

function smallTalkMessage(asked: Asked, topic: Topic, chance: Chance): string {
  if (topic.patterns.length > 0 && chance.happens(PATTERN_SHARE)) {
    const filled = fillPattern(chance.pick(topic.patterns), asked.corpus.slots, chance);
    const text = varyTyping(filled, chance);
    if (!asked.isHeldOut(text)) return text;
  }
  return varied(asked, chance.pick(topic.questions), text => varyTyping(text, chance));
}

function pickSmallTalk(corpus: Corpus, chance: Chance): Topic {
  const greeting = corpus.smallTalk.find(topic => topic.id === GREETING);
  if (greeting !== undefined && chance.happens(0.35)) return greeting;
  return chance.pick(corpus.smallTalk);
}

function variedQuestion(asked: Asked, topic: Topic, chance: Chance): string {
  const { wording } = asked.corpus;
  if (topic.terms.length > 0 && chance.happens(FRAMED_SHARE)) {
    const framed = chance.pick(wording.frames).replace('{term}', chance.pick(topic.terms));
    const text = varyPhrasing(framed, wording, chance);
    if (!asked.isHeldOut(text)) return text;
  }
  return varied(asked, chance.pick(topic.questions), question =>
    varyQuestion(question, wording, chance),
  );
}

/** The question as it is where its variation is a held-out one. */
function varied(asked: Asked, question: string, vary: (question: string) => string): string {
  const text = vary(question);
  return asked.isHeldOut(text) ? question : text;
}

/** A listed question or a filled pattern: patterns reach further, listed ones are better questions. */
function beyondQuestion(asked: Asked, kind: BeyondKind, chance: Chance): string {
  const { wording, slots } = asked.corpus;
  if (kind.patterns.length > 0 && chance.happens(0.45)) {
    const filled = fillPattern(chance.pick(kind.patterns), slots, chance);
    const text = varyPhrasing(filled, wording, chance);
    if (!asked.isHeldOut(text)) return text;
  }
  // Openers are English.
  const foreign = kind.id === 'other-languages' || kind.id === 'nonsense';
  return varied(asked, chance.pick(kind.questions), question =>
    foreign ? varyTyping(question, chance) : varyPhrasing(question, wording, chance),
  );
}

/** @throws Error where a slot has no values */
function fillPattern(
  pattern: string,
  slots: ReadonlyMap<string, readonly string[]>,
  chance: Chance,
): string {
  return pattern.replaceAll(/\{([^}]+)\}/g, (_, slot: string) => {
    const values = slots.get(slot);
    if (values === undefined) throw new Error(`No values for the slot {${slot}} of: ${pattern}`);
    return chance.pick(values);
  });
}
