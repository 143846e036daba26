import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { type FitQuestion, type FitRow, fitQuestionSchema } from '#shared/fit/fit.ts';
import { contextStep } from '#shared/fit/longest-context.ts';
import { loadOptionsSchema } from '#shared/model/load.ts';
import { ensureModel } from '#tools/models/catalog.ts';
import { type EngineUnderTest, startEngine } from './engine-under-test.ts';

const mebibyte = 1024 ** 2;
/** For what the process needs beside the model from here on: half of what a step of the context takes in f32. */
const slack = 32 * mebibyte;
const batchSize = 64;

/** Bytes that the process may write to: what the system's limit counts. */
function writableBytes({ process: { pid } }: EngineUnderTest): number {
  const text = readFileSync(`/proc/${pid}/status`, 'utf8');
  return Number(/^VmData:\s*(\d+) kB$/m.exec(text)?.[1]) * 1024;
}

async function longestRow(engine: EngineUnderTest, question: FitQuestion): Promise<FitRow> {
  const rows: FitRow[] = [];
  await engine.client.stream('model.fit', question, { onItem: row => void rows.push(row) });
  const row = rows.find(({ typeK, typeV }) => typeK === 'f32' && typeV === 'f32');
  if (row === undefined) throw new Error('no row for f32');
  return row;
}

const canLimit = process.platform === 'linux' && existsSync('/usr/bin/prlimit');

test.skipIf(!canLimit)(
  'a longest context that the system has no memory for, or one where a longer one would do',
  async () => {
    const path = await ensureModel('wide-cache');
    const question = fitQuestionSchema.parse({
      model: { kind: 'file', path },
      backend: 'cpu',
      batchSize,
      flashAttention: 'on',
      budgetBytes: 400 * mebibyte,
    });
    const attempts: boolean[] = [];
    let longest = 0;
    for (const further of [0, contextStep]) {
      await using engine = startEngine();
      const row = await longestRow(engine, question);
      longest = row.maxContext ?? 0;
      const options = loadOptionsSchema.parse({
        typeK: 'f32',
        typeV: 'f32',
        flashAttention: 'on',
        backend: 'cpu',
        threads: 1,
        batchSize,
        contextLength: contextStep,
      });
      // Loading weights takes stacks for many threads, which the limit counts although nobody uses them;
      // so they come first, with the shortest context, and the limit is for exchanging that one.
      await engine.load(path, options);
      const [shortest] = await engine.client.call('model.fitBytes', {
        question,
        setups: [{ ...options, flashAttention: true, contextLength: contextStep }],
      });
      const more = (row.bytes?.total ?? 0) - (shortest?.total ?? 0);
      const limit = Math.round(writableBytes(engine) + more + slack);
      execFileSync('/usr/bin/prlimit', ['--pid', String(engine.process.pid), `--data=${limit}`]);
      const contextLength = longest + further;
      attempts.push(
        await engine.load(path, { ...options, contextLength }).then(
          report => report.contextLength === contextLength,
          () => false,
        ),
      );
    }
    expect(longest).toBeGreaterThan(contextStep);
    expect(attempts).toEqual([true, false]);
  },
);
