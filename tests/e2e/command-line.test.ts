import { once } from 'node:events';
import { readdir } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { appErrorSchema } from '#shared/errors/app-error.ts';
import { fitBasisSchema, fitRowSchema } from '#shared/fit/fit.ts';
import { turnFiguresSchema } from '#shared/metrics/turn-figures.ts';
import { loadActualSchema, loadPlanSchema } from '#shared/model/load.ts';
import { modelDescriptionSchema } from '#shared/model/model-description.ts';
import { ensureModel } from '#tools/models/catalog.ts';
import { type Outcome, runCommand, startCommand } from './command-line-run.ts';

const chatResultSchema = z.object({
  load: z.object({ planned: loadPlanSchema.omit({ model: true }), actual: loadActualSchema }),
  turns: z.array(turnFiguresSchema.extend({ text: z.string() })),
});
const failureSchema = z.object({ error: appErrorSchema });

const nothingLeft = { leftFiles: [], leftProcesses: false };
const greedy = ['--temperature', '0', '--threads', '1', '--backend', 'cpu'];

let tiny: string;

beforeAll(async () => {
  tiny = await ensureModel('tiny');
});

/** One JSON object and nothing else on standard output. */
function parseChat({ stdout }: Outcome) {
  return chatResultSchema.parse(JSON.parse(stdout));
}

const fitResultSchema = fitBasisSchema.extend({ rows: z.array(fitRowSchema) });

describe('inspect and fit', () => {
  test('inspect --json prints what the file and its cache are', async () => {
    const outcome = await runCommand(['inspect', tiny, '--json']);
    expect(outcome).toMatchObject({ exitCode: 0, ...nothingLeft, stderr: '' });
    const model = modelDescriptionSchema
      .extend({ cache: z.object({ bytesPerToken: z.record(z.string(), z.number()) }) })
      .parse(JSON.parse(outcome.stdout));
    expect(model.layers).toHaveLength(4);
    expect(Object.entries(model.cache.bytesPerToken)[0]).toEqual(['f16', 4 * 2 * 2 * 64 * 2]);
  });

  test('fit prints a row for every pair of types, and its longest context fits the budget', async () => {
    const budget = 32 * 1024 ** 2;
    const outcome = await runCommand([
      ...['fit', tiny, '--budget', '32MiB', '--backend', 'cpu', '--json'],
    ]);
    expect(outcome).toMatchObject({ exitCode: 0, ...nothingLeft });
    const table = fitResultSchema.parse(JSON.parse(outcome.stdout));
    expect(table).toMatchObject({ budgetBytes: budget, bytesPerToken: 2048 });
    expect(table.rows).toHaveLength(9 * 9 * 2);
    for (const { bytes } of table.rows) {
      if (bytes === null) continue;
      const { weights, kvK, kvV, recurrent, compute, total } = bytes;
      expect(total).toBe(weights + kvK + kvV + recurrent + compute);
      expect(total).toBeLessThanOrEqual(budget);
    }
  });

  test('the worked example of the subject: OPT-30B, batch 128, 1,024 tokens, by the book', async () => {
    const args = ['fit', 'preset:opt-30b', '--tokens', '1024', '--json'];
    for (const [batch, gigabytes] of [
      ['128', 180.4],
      ['1', 1.41],
    ] as const) {
      const { stdout } = await runCommand([...args, '--batch', batch]);
      const { rows } = z
        .object({
          rows: z.array(z.object({ typeK: z.string(), bytes: z.object({ total: z.number() }) })),
        })
        .parse(JSON.parse(stdout));
      const total = rows.find(row => row.typeK === 'f16')?.bytes.total ?? 0;
      expect(Number((total / 1e9).toPrecision(4))).toBeCloseTo(gigabytes, batch === '1' ? 2 : 1);
    }
  });

  test.each([
    [['fit', 'preset:opt-31b'], 'Known presets: opt-30b'],
    [['fit', 'nowhere.gguf'], 'There is no file'],
    [['fit', 'preset:opt-30b', '--batch', '128'], '--batch needs --tokens'],
    [['fit', 'preset:opt-30b', '--budget', 'much'], 'such as 8GiB'],
    [['inspect', 'package.json'], 'is not a GGUF model'],
  ])('%j ends without a sentence that helps', async (args, sentence) => {
    const outcome = await runCommand(args);
    expect(outcome.exitCode).not.toBe(0);
    expect(outcome).toMatchObject({ stdout: '', ...nothingLeft });
    expect(outcome.stderr).toContain(sentence);
  });
});

describe('chat', () => {
  test('--json prints one object whose figures are whole and agree with each other', async () => {
    const outcome = await runCommand([
      ...['chat', tiny, '--json', '--context', '8000', '--type-k', 'q8_0', '--type-v', 'q4_0'],
      ...['--flash-attention', 'on', '--gen', '24', '--batch', '256', ...greedy],
      ...['--prompt', 'Tell me about the sea.', '--prompt', 'Go on.', '--prompt', 'And then?'],
    ]);
    expect(outcome).toMatchObject({ exitCode: 0, ...nothingLeft });
    const { load, turns } = parseChat(outcome);

    // 4 layers of 2 heads of 64 in 8192 cells, 34 and 18 bytes for 32 elements: whole parts of the
    // hundredths of a MiB in which llama.cpp reports what it reserved.
    const kvKBytes = (4 * 2 * 64 * 8192 * 34) / 32;
    const kvVBytes = (4 * 2 * 64 * 8192 * 18) / 32;
    const cache = { cells: 8192, kvKBytes, kvVBytes, kvBytes: kvKBytes + kvVBytes };
    expect(load.planned).toMatchObject(cache);
    expect(load.actual).toMatchObject({ ...cache, flashAttention: true });

    expect(turns).toHaveLength(3);
    let cached = 0;
    for (const turn of turns) {
      expect(turn.text).not.toBe('');
      expect(turn.generatedTokens).toBe(24);
      expect(turn.promptTokens).toBe(turn.reusedTokens + turn.prefilledTokens);
      expect(turn.reusedTokens).toBeGreaterThanOrEqual(cached);
      expect(turn.decodeTokensPerSecond).toBeGreaterThan(0);
      const parts = Object.values(turn.ttftParts).reduce((sum, part) => sum + part, 0);
      expect(Math.abs(parts - (turn.ttftMs ?? Number.NaN))).toBeLessThan(1);
      expect(turn.cacheCapacityTokens).toBe(8192);
      expect(turn.cacheCapacityBytes).toBe(cache.kvBytes);
      expect(turn.cacheUsedBytes).toBe((turn.cacheUsedTokens * cache.kvBytes) / 8192);
      cached = turn.cacheUsedTokens;
    }
  });

  test('without --json the answers alone are on standard output, so that they can be piped', async () => {
    const args = ['chat', tiny, '--gen', '12', '--prompt', 'One', '--prompt', 'Two', ...greedy];
    const [plain, json] = [await runCommand(args), await runCommand([...args, '--json'])];
    expect(plain).toMatchObject({ exitCode: 0, ...nothingLeft });
    expect(plain.stdout).toBe(
      parseChat(json)
        .turns.map(({ text }) => `${text}\n`)
        .join(''),
    );
    expect(plain.stderr.trim().split('\n')).toHaveLength(2);
    expect(plain.stderr).toMatch(/^TTFT .* new and 0 reused .* 12 answer tokens .* cache /);
  });

  test('--separate asks every prompt as if it were the first, in the order given', async () => {
    const args = ['chat', tiny, '--json', '--gen', '8', ...greedy];
    const [one, two] = [
      ['--prompt', 'One'],
      ['--prompt', 'Two'],
    ] as const;
    const turns = async (more: readonly string[]) =>
      parseChat(await runCommand([...args, ...more])).turns.map(turn => [
        turn.promptTokens,
        turn.text,
      ]);
    expect(await turns(['--separate', ...two, ...one])).toEqual([
      ...(await turns(two)),
      ...(await turns(one)),
    ]);
  });

  test('the same seed gives the same answer, another one a different one', async () => {
    const run = async (seed: string) =>
      (await runCommand(['chat', tiny, '--prompt', 'Hi', '--gen', '24', '--seed', seed])).stdout;
    const [first, again, other] = [await run('7'), await run('7'), await run('8')];
    expect(again).toBe(first);
    expect(other).not.toBe(first);
  });

  test('the system prompt reaches the model', async () => {
    const args = ['chat', tiny, '--prompt', 'Hi', '--gen', '1', '--json', ...greedy];
    const [without, given] = [
      await runCommand(args),
      await runCommand([...args, '--system', 'You are the keeper of a lighthouse.']),
    ];
    const promptTokens = (outcome: Outcome) => parseChat(outcome).turns[0]?.promptTokens ?? 0;
    expect(promptTokens(given)).toBeGreaterThan(promptTokens(without));
  });

  test('a missing file is a sentence with a next step and exit code 1', async () => {
    const outcome = await runCommand(['chat', 'no-such-file.gguf', '--prompt', 'Hi', '--json']);
    expect(outcome).toMatchObject({ exitCode: 1, ...nothingLeft });
    const { error } = failureSchema.parse(JSON.parse(outcome.stdout));
    expect(error.code).toBe('model-file-missing');
    expect(outcome.stderr).toBe(`${error.message}\n${error.suggestion}\n`);
  });

  test('a text file named .gguf is told from a model', async () => {
    const file = await ensureModel('malformed-text');
    const outcome = await runCommand(['chat', file, '--prompt', 'Hi']);
    expect(outcome).toMatchObject({ exitCode: 1, stdout: '', ...nothingLeft });
    expect(outcome.stderr).toMatch('not a GGUF');
    expect(outcome.stderr).not.toMatch(/at .*\.js/);
  });

  test('an illegal pair of cache types is refused with the reason', async () => {
    const outcome = await runCommand([
      ...['chat', tiny, '--prompt', 'Hi', '--json'],
      ...['--type-v', 'q8_0', '--flash-attention', 'off'],
    ]);
    expect(outcome).toMatchObject({ exitCode: 1, ...nothingLeft });
    const { error } = failureSchema.parse(JSON.parse(outcome.stdout));
    expect(error.code).toBe('cache-type-illegal');
  });

  test('a later turn that fails does not take the figures of the earlier ones along', async () => {
    const outcome = await runCommand([
      ...['chat', tiny, '--context', '256', '--gen', '8', '--json', ...greedy],
      ...['--prompt', 'Hi', '--prompt', 'a long story '.repeat(200)],
    ]);
    expect(outcome).toMatchObject({ exitCode: 1, ...nothingLeft });
    const result = z
      .intersection(failureSchema, chatResultSchema)
      .parse(JSON.parse(outcome.stdout));
    expect(result.error.code).toBe('prompt-too-long');
    expect(result.turns).toHaveLength(1);
  });

  test.each([
    ['an unknown option', ['--contxt', '5'], '--contxt'],
    ['a type that llama.cpp would abort on', ['--type-k', 'q8_1'], 'q8_1'],
    ['a number that is none', ['--context', 'many'], '--context'],
    ['an empty number', ['--gen', ''], '--gen'],
    ['a fraction of a token', ['--gen', '1.5'], '--gen'],
    ['a temperature out of range', ['--temperature', '9'], '--temperature'],
    ['no prompt', null, '--prompt'],
  ])('%s is a usage error: exit code 2, nothing is loaded', async (_name, options, named) => {
    const prompt = options === null ? [] : ['--prompt', 'Hi'];
    const outcome = await runCommand(['chat', tiny, '--json', ...prompt, ...(options ?? [])]);
    expect(outcome).toMatchObject({ exitCode: 2, ...nothingLeft });
    const { error } = failureSchema.parse(JSON.parse(outcome.stdout));
    expect(error.code).toBe('invalid-input');
    expect(error.message).toContain(named);
    expect(outcome.stderr).toContain(error.message);
  });
});

describe.skipIf(process.platform === 'win32')('ending chat', () => {
  const endless = ['--prompt', 'Tell me everything.', '--context', '8192', ...greedy];

  test('Ctrl+C ends the answer, keeps what there is and asks no further question', async () => {
    const run = await startCommand(['chat', tiny, ...endless, '--prompt', 'Not this one.']);
    await run.untilOutput(stdout => stdout.length > 0);
    run.interrupt();
    const outcome = await run.outcome;
    expect(outcome).toMatchObject({ exitCode: 130, ...nothingLeft });
    expect(outcome.stdout.trim()).not.toBe('');
    expect(outcome.stderr).toMatch(/^TTFT .*\nYou stopped this answer\.\n$/);
  });

  test.each(['SIGTERM', 'SIGHUP'] as const)('%s leaves nothing behind', async signal => {
    const run = await startCommand(['chat', tiny, ...endless]);
    await run.untilOutput(stdout => stdout.length > 0);
    run.process.kill(signal);
    expect(await run.outcome).toMatchObject({ exitCode: 130, stderr: '', ...nothingLeft });
  });

  test('a reader that has seen enough, as head does, ends it quietly', async () => {
    const run = await startCommand(['chat', tiny, ...endless]);
    await run.untilOutput(stdout => stdout.length > 0);
    run.process.stdout?.destroy();
    expect(await run.outcome).toMatchObject({ exitCode: 0, stderr: '', ...nothingLeft });
  });
});

describe('serve', () => {
  test('--json prints one line, and the page is there when it is printed', async () => {
    await using serving = await startServing([]);
    expect(serving.line.trim().split('\n')).toHaveLength(1);
    const page = await fetch(serving.url);
    expect(page.status).toBe(200);
    expect(await page.text()).toContain('<title>Headroom</title>');
  });

  test.skipIf(process.platform === 'win32').each(['SIGINT', 'SIGTERM'] as const)(
    '%s ends it and its engine',
    async signal => {
      const serving = await startServing([]);
      if (signal === 'SIGINT') serving.run.interrupt();
      else serving.run.process.kill(signal);
      expect(await serving.run.outcome).toMatchObject({ exitCode: 0, leftProcesses: false });
    },
  );

  test('a port in use is a sentence and exit code 1, not a stack trace', async () => {
    const occupant = createServer().listen(0, '127.0.0.1');
    await once(occupant, 'listening');
    const { port } = occupant.address() as AddressInfo;
    const run = await startCommand(['serve', '--no-open', '--json', '--port', String(port)]);
    const outcome = await run.outcome;
    occupant.close();
    expect(outcome).toMatchObject({ exitCode: 1, leftProcesses: false });
    expect(outcome.stderr).toMatch(
      `Port ${port} is in use by another program.\nChoose another port`,
    );
    expect(failureSchema.parse(JSON.parse(outcome.stdout)).error.code).toBe('busy');
  });

  test('a model that cannot be loaded is said where its path was typed, and the page is there', async () => {
    await using serving = await startServing(['--model', 'no-such-file.gguf']);
    await serving.run.untilErrors(stderr => stderr.includes('There is no file at '));
    expect((await fetch(serving.url)).status).toBe(200);
  });

  async function startServing(args: readonly string[]) {
    const run = await startCommand(['serve', '--no-open', '--json', ...args]);
    const line = await run.untilOutput(stdout => stdout.includes('\n'));
    const { url } = z.object({ url: z.url() }).parse(JSON.parse(line));
    return {
      run,
      line,
      url,
      async [Symbol.asyncDispose]() {
        run.process.kill();
        await run.outcome;
      },
    };
  }
});

describe('bench', () => {
  const small = ['--prompt', '32', '--gen', '4', '--threads', '1', '--backend', 'cpu'];

  test('--json would not give every test of every configuration, or lose why one failed', async () => {
    const outcome = await runCommand([
      ...['bench', tiny, '--json', '--cache', 'f16,f16:q8_0,q8_0:f16', '--depth', '0,64'],
      ...['--flash-attention', 'off', '--reps', '2', ...small],
    ]);
    expect(outcome).toMatchObject({ exitCode: 0, stderr: '', ...nothingLeft });
    const { rows, failures, findings } = z
      .object({
        rows: z.array(z.record(z.string(), z.unknown())),
        failures: z.array(z.object({ type_v: z.string(), error: appErrorSchema })),
        findings: z.array(z.string()),
      })
      .parse(JSON.parse(outcome.stdout));
    const tests = ['f16', 'q8_0'].flatMap(type_k =>
      [0, 64].flatMap(n_depth => [
        { type_k, n_depth, n_prompt: 32, n_gen: 0 },
        { type_k, n_depth, n_prompt: 0, n_gen: 4 },
      ]),
    );
    expect(rows).toMatchObject(tests);
    for (const row of rows) {
      expect(row).toMatchObject({ model_filename: tiny, n_threads: 1, flash_attn: false });
      expect(row.samples_ns).toHaveLength(2);
      expect(row.avg_ts).toBeGreaterThan(0);
    }
    // 4 layers of 2 heads of 64 in 256 cells, K and V in f16; 34 bytes for 32 elements in q8_0.
    const half = 4 * 2 * 64 * 256 * 2;
    expect(rows[0]?.kv_reserved_bytes).toBe(half * 2);
    // llama.cpp reports hundredths of a MiB.
    const mixed = Number(rows[4]?.kv_reserved_bytes) - (half + (half * 34) / 64);
    expect(Math.abs(mixed)).toBeLessThan(0.01 * 1024 ** 2);
    expect(failures).toMatchObject([{ type_v: 'q8_0', error: { code: 'cache-type-illegal' } }]);
    expect(findings[0]).toContain('Measured 2 times');
  });

  test.skipIf(process.platform === 'win32')(
    'Ctrl+C in the middle would leave files, processes, or figures of half a run',
    async () => {
      const long = ['--depth', '100', '--prompt', '4000', '--gen', '0', '--reps', '100'];
      const run = await startCommand(['bench', tiny, ...long, '--threads', '1', '--json']);
      // The depth is kept in a file as soon as it has been read.
      await expect
        .poll(() => readdir(run.temporary, { recursive: true }), { timeout: 60_000 })
        .toContainEqual(expect.stringMatching(/0-100\.state$/));
      run.interrupt();
      expect(await run.outcome).toMatchObject({ exitCode: 130, stdout: '', ...nothingLeft });
    },
  );

  test.each([
    [['bench', 'nowhere.gguf'], 1, 'There is no file'],
    [['bench', 'nowhere.gguf', '--json', '--md'], 2, 'cannot be used with'],
    [['bench', 'nowhere.gguf', '--cache', 'q3'], 2, 'Expected types such as'],
    [['bench', 'nowhere.gguf', '--depth', 'deep'], 2, 'numbers of tokens'],
    [['bench', 'nowhere.gguf', '--prompt', '0', '--gen', '0'], 1, 'cannot both be 0'],
  ])('%j ends without a sentence that helps', async (args, exitCode, sentence) => {
    const outcome = await runCommand(args);
    expect(outcome).toMatchObject({ exitCode, ...nothingLeft });
    expect(outcome.stderr).toContain(sentence);
  });
});

describe('help', () => {
  test.each([[['--help']], [['bench', '--help']], [['chat', '--help']], [['serve', '--help']]])(
    '%j names an example',
    async args => {
      const outcome = await runCommand(args);
      expect(outcome).toMatchObject({ exitCode: 0, stderr: '' });
      expect(outcome.stdout).toMatch(/Examples:\n {2}headroom /);
    },
  );

  test('--version prints the version of package.json', async () => {
    const manifest: { default: { version: string } } = await import('../../package.json', {
      with: { type: 'json' },
    });
    expect(await runCommand(['--version'])).toMatchObject({
      exitCode: 0,
      stdout: `${manifest.default.version}\n`,
    });
  });

  test('without a command the help says what there is, and the exit code that something was missing', async () => {
    const outcome = await runCommand([]);
    expect(outcome).toMatchObject({ exitCode: 2, stdout: '' });
    expect(outcome.stderr).toContain('headroom serve');
  });
});
