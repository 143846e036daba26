import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { z } from 'zod';
import { turnFiguresSchema } from '#shared/metrics/turn-figures.ts';

const HEADROOM = join(import.meta.dirname, '..', '..', '..', 'bin', 'headroom.js');

const resultSchema = z.object({
  load: z.object({ loadMs: z.number() }),
  turns: z.array(turnFiguresSchema.extend({ text: z.string() })),
});
export type Answers = z.infer<typeof resultSchema>;

export interface AskOptions {
  readonly model: string;
  /** Every question in a conversation of its own. */
  readonly separate?: boolean;
  /** 0 unless told: always the likeliest token. */
  readonly temperature?: number;
  readonly seed?: number;
}

/** Asks through the app: `headroom chat`. @throws Error with what it said where it failed */
export async function ask(questions: readonly string[], options: AskOptions): Promise<Answers> {
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [
      ...[HEADROOM, 'chat', options.model, '--json', '--backend', 'cpu'],
      ...['--seed', String(options.seed ?? 1)],
      ...['--temperature', String(options.temperature ?? 0)],
      ...(options.separate ? ['--separate'] : []),
      // One word with the option, so that a question may begin with a dash.
      ...questions.map(question => `--prompt=${question}`),
    ],
    { maxBuffer: 64 * 1024 * 1024 },
  );
  return resultSchema.parse(JSON.parse(stdout));
}
