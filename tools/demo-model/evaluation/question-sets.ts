import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { parts } from '../corpus.ts';

const questionSchema = z.object({
  question: z.string().min(1),
  /** Topics of which a user would take each as the answer. */
  topics: z.array(z.string()).min(1),
});
export type Question = z.infer<typeof questionSchema>;

const turnSchema = z.object({
  question: z.string().min(1),
  expect: z.union([
    z.object({ topics: z.array(z.string()).min(1), part: z.enum(['answer', ...parts]) }),
    z.object({ beyond: z.literal(true) }),
  ]),
});
export type ExpectedTurn = z.infer<typeof turnSchema>;

const dialogueSchema = z.object({ turns: z.array(turnSchema).min(1) });
export type Dialogue = z.infer<typeof dialogueSchema>;

/** Questions outside of any conversation. */
export interface Questions {
  readonly inScope: readonly Question[];
  readonly greetings: readonly Question[];
  readonly outOfScope: readonly { readonly question: string }[];
}

/**
 * `development` is looked at while the corpus is improved; `held-out` is not, and was written by
 * somebody who did not know the corpus.
 */
export type SetName = 'development' | 'held-out';

/** @throws Error where a file is missing or has another form */
export async function readQuestions(set: SetName): Promise<Questions> {
  return {
    inScope: z.array(questionSchema).parse(await readJson(set, 'in-scope')),
    greetings: z.array(questionSchema).parse(await readJson(set, 'greetings')),
    outOfScope: z
      .array(questionSchema.pick({ question: true }))
      .parse(await readJson(set, 'out-of-scope')),
  };
}

export async function readDialogues(set: SetName): Promise<Dialogue[]> {
  return z.array(dialogueSchema).parse(await readJson(set, 'dialogues'));
}

export async function readLongConversation(set: SetName): Promise<Dialogue> {
  return dialogueSchema.parse(await readJson(set, 'long-conversation'));
}

/** Every message of the held-out set. */
export async function heldOutMessages(): Promise<string[]> {
  const { inScope, greetings, outOfScope } = await readQuestions('held-out');
  const conversations = [
    ...(await readDialogues('held-out')),
    await readLongConversation('held-out'),
  ];
  return [
    ...[...inScope, ...greetings, ...outOfScope].map(({ question }) => question),
    ...conversations.flatMap(({ turns }) => turns.map(({ question }) => question)),
  ];
}

async function readJson(set: SetName, name: string): Promise<unknown> {
  return JSON.parse(await readFile(join(import.meta.dirname, set, `${name}.json`), 'utf8'));
}
