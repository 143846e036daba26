import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readGgufFile } from '#engine/gguf/gguf-file.ts';
import { describeModel } from '#engine/gguf/model-description.ts';
import type { RemoteOptions } from '#engine/gguf/remote-header.ts';
import { AppError } from '#shared/errors/app-error.ts';
import type { FitRow } from '#shared/fit/fit.ts';
import { contextStep } from '#shared/fit/longest-context.ts';
import type { GgufValue } from '#tools/gguf/gguf-value.ts';
import { encodeGgufHeader } from '#tools/gguf/gguf-writer.ts';
import { ensureModel } from '#tools/models/catalog.ts';
import { type EngineUnderTest, startEngine } from './engine-under-test.ts';
import { type Answer, type RangeServer, sendRange, startRangeServer } from './range-server.ts';

const kibibyte = 1024;
const firstRead = 256 * kibibyte;
/** What a server may say in front of the bytes. */
const headBytes = kibibyte;

let tiny: Uint8Array;
let directory: string;

beforeAll(async () => {
  tiny = await readFile(await ensureModel('tiny'));
  directory = await mkdtemp(join(tmpdir(), 'headroom-remote-'));
});
afterAll(() => rm(directory, { recursive: true }));

/** A model of no weights to speak of, whose header takes about so many bytes. */
function modelWithHeader(bytes: number, more: [string, GgufValue][] = []): Uint8Array {
  const token = 'x'.repeat(24);
  const header = encodeGgufHeader({
    metadata: new Map<string, GgufValue>([
      ['general.architecture', { type: 'string', value: 'llama' }],
      ['llama.block_count', { type: 'uint32', value: 2 }],
      ['llama.embedding_length', { type: 'uint32', value: 64 }],
      ['llama.attention.head_count', { type: 'uint32', value: 4 }],
      ...more,
      ['tokenizer.ggml.tokens', { type: 'string[]', value: Array(bytes >> 5).fill(token) }],
    ]),
    tensors: [{ name: 'output.weight', dimensions: [32, 2], type: 'F32', values: () => [] }],
  });
  return Buffer.concat([header, new Uint8Array(32 * 2 * 4)]);
}

async function describeRemote(address: string, options: RemoteOptions = {}) {
  return describeModel(await readGgufFile(address, options));
}

/** What reading `server`'s file ends with; its address holds two secrets that must not be told. */
async function refusal(server: RangeServer, options: RemoteOptions = {}): Promise<AppError> {
  const address = `${server.origin.replace('//', '//user:hush@')}/m.gguf?token=hush`;
  const thrown = await describeRemote(address, options).then(
    () => null,
    error => error,
  );
  if (!(thrown instanceof AppError)) throw thrown ?? new Error('It was read.');
  expect(JSON.stringify(thrown.data)).not.toContain('hush');
  expect(thrown.data.suggestion).not.toBeNull();
  return thrown;
}

/** Until nobody takes it any more. Resolves once the client has hung up. */
async function sendWithoutEnd(response: ServerResponse): Promise<void> {
  const hungUp = once(response, 'close');
  const piece = new Uint8Array(64 * kibibyte);
  const send = () => {
    while (!response.destroyed && response.write(piece));
  };
  response.on('drain', send);
  send();
  await hungUp;
}

describe('a file on a server that knows ranges', () => {
  it.each(['tiny', 'sliding-window'] as const)(
    'would catch %s described differently from the file, or more than its header transferred',
    async name => {
      const path = await ensureModel(name);
      const file = await readFile(path);
      await using server = await startRangeServer((response, asked) =>
        sendRange(response, file, asked),
      );
      const address = `${server.origin}/models/${basename(path)}`;
      const local = describeModel(await readGgufFile(path));
      expect(await describeRemote(address)).toEqual({ ...local, path: address });
      expect(server.asked).toMatchObject([{ from: 0, to: firstRead - 1 }]);
      expect(server.sentBytes()).toBeLessThanOrEqual(firstRead + headBytes);
    },
  );

  it('would catch bytes of a large header transferred twice, or the file read to its end', async () => {
    const model = modelWithHeader(600 * kibibyte);
    const file = Buffer.concat([model, new Uint8Array(8 * kibibyte ** 2)]);
    const path = join(directory, 'large.gguf');
    await writeFile(path, file);
    await using server = await startRangeServer((response, asked) =>
      sendRange(response, file, asked, { etag: '"1"' }),
    );
    const address = `${server.origin}/large.gguf`;
    const local = describeModel(await readGgufFile(path));
    expect(local.vocabularySize).toBe(600 * 32);
    expect(await describeRemote(address)).toEqual({ ...local, path: address });
    expect(server.asked.map(({ from, to }) => [from, to])).toEqual([
      [0, firstRead - 1],
      [firstRead, 4 * firstRead - 1],
    ]);
    expect(server.sentBytes()).toBeLessThanOrEqual(4 * firstRead + 2 * headBytes);
  });

  it('would catch a range beyond the end of a small file', async () => {
    const file = modelWithHeader(300 * kibibyte);
    await using server = await startRangeServer((response, asked) =>
      sendRange(response, file, asked),
    );
    expect(await describeRemote(`${server.origin}/m.gguf`)).toMatchObject({
      fileBytes: file.length,
      fileName: 'm.gguf',
    });
    expect(server.asked.at(-1)).toMatchObject({ from: firstRead, to: file.length - 1 });
  });

  it('would catch the parts of a split file not found beside the first, or without its permission', async () => {
    const parts = [0, 1, 2].map(part =>
      modelWithHeader(kibibyte * (part + 1), [
        ['split.count', { type: 'uint32', value: 3 }],
        ['split.no', { type: 'uint32', value: part }],
      ]),
    );
    await using server = await startRangeServer((response, asked) => {
      const part = /^\/a%20b\/big-0000(\d)-of-00003\.gguf\?token=1$/.exec(asked.url)?.[1];
      const file = parts[Number(part) - 1];
      if (file === undefined) response.writeHead(404).end();
      else sendRange(response, file, asked);
    });
    const address = `${server.origin}/a%20b/big-00001-of-00003.gguf?token=1`;
    const described = await describeRemote(address);
    expect(described.fileBytes).toBe(parts.reduce((sum, part) => sum + part.length, 0));
    expect(described.weightsBytes).toBe(3 * 32 * 2 * 4);
    expect(server.asked).toHaveLength(3);
    const second = address.replace('00001', '00002');
    await expect(describeRemote(second)).rejects.toMatchObject({
      message: 'This file is part 2 of a model in 3 parts.',
    });
  });

  it('would catch a range that is asked for compressed', async () => {
    await using server = await startRangeServer((response, asked) =>
      sendRange(response, tiny, asked),
    );
    await describeRemote(`${server.origin}/m.gguf`);
    expect(server.asked[0]?.headers['accept-encoding']).toBe('identity');
  });

  it.each([
    ['text', Buffer.from('Not a model, but long enough to be one.'), 'model-not-gguf'],
    ['half a header', modelWithHeader(900 * kibibyte).subarray(0, 500_000), 'model-truncated'],
  ])('would catch %s taken for a model', async (_name, file, code) => {
    await using server = await startRangeServer((response, asked) =>
      sendRange(response, file, asked),
    );
    expect((await refusal(server)).code).toBe(code);
  });
});

describe('a server that answers something else', () => {
  it.each([
    [401, 'model-file-unreachable', 'denies access'],
    [403, 'model-file-unreachable', 'denies access'],
    [404, 'model-file-missing', 'There is no file'],
    [429, 'model-file-unreachable', 'does not answer with a file (429)'],
    [500, 'model-file-unreachable', 'has failed (500)'],
    [503, 'model-file-unreachable', 'has failed (503)'],
    [416, 'model-file-empty', 'is empty'],
  ])('would catch status %d without a sentence', async (status, code, sentence) => {
    await using server = await startRangeServer(response => response.writeHead(status).end());
    expect(await refusal(server)).toMatchObject({
      code,
      message: expect.stringContaining(sentence),
    });
    expect(server.asked).toHaveLength(1);
  });

  it('would catch the whole file downloaded from a server that ignores ranges', async () => {
    const hungUp = Promise.withResolvers<void>();
    await using server = await startRangeServer(response => {
      response.writeHead(200, { 'content-length': 2 ** 40 });
      void sendWithoutEnd(response).then(hungUp.resolve);
    });
    expect(await refusal(server)).toMatchObject({
      code: 'model-file-unreachable',
      message: expect.stringContaining('sends whole files only'),
    });
    await hungUp.promise;
  });

  it('would catch the page about a model taken for a server that cannot do it', async () => {
    await using server = await startRangeServer(response => {
      response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end('<html>');
    });
    const { code, data } = await refusal(server);
    expect(code).toBe('model-not-gguf');
    expect(data.suggestion).toContain('/resolve/');
  });

  const end = firstRead - 1;
  const part = (from: number, to: number) => ({
    'content-range': `bytes ${from}-${to}/9999999`,
    'content-length': `${to - from + 1}`,
  });
  it.each<[string, Record<string, string>]>([
    ['another part', part(1, end)],
    ['a longer part', part(0, end + 1)],
    ['a shorter part', part(0, end - 1)],
    ['no size of the file', { 'content-range': `bytes 0-${end}/*` }],
    ['an absurd size', { 'content-range': `bytes 0-${end}/99999999999999999999` }],
    ['nothing about the part', { 'content-range': '' }],
    ['more than it says', { 'content-length': `${firstRead + 1}` }],
    ['compressed bytes', { 'content-encoding': 'gzip' }],
  ])('would catch %s believed', async (_name, headers) => {
    await using server = await startRangeServer((response, asked) =>
      sendRange(response, tiny, asked, headers),
    );
    expect(await refusal(server)).toMatchObject({
      code: 'model-file-unreachable',
      message: expect.stringContaining('does not send the part'),
    });
  });

  it('would catch a part of nothing waited for, where the file became shorter', async () => {
    const file = modelWithHeader(600 * kibibyte);
    await using server = await startRangeServer((response, asked) => {
      if (asked.from === 0) sendRange(response, file, asked);
      else sendRange(response, file.subarray(0, firstRead), asked);
    });
    expect((await refusal(server)).message).toContain('does not send the part');
  });

  it('would catch a part that has no end read on', async () => {
    const hungUp = Promise.withResolvers<void>();
    await using server = await startRangeServer((response, { from, to }) => {
      response.writeHead(206, { 'content-range': `bytes ${from}-${to}/${tiny.length}` });
      response.write(tiny.subarray(from, to + 1));
      void sendWithoutEnd(response).then(hungUp.resolve);
    });
    expect(await describeRemote(`${server.origin}/m.gguf`)).toMatchObject({
      fileBytes: tiny.length,
    });
    await hungUp.promise;
  });

  it('would catch a file put together from two versions', async () => {
    const file = modelWithHeader(600 * kibibyte);
    const longer = Buffer.concat([file, new Uint8Array(32)]);
    const versions: [string, Answer][] = [
      ['etag', (response, asked) => sendRange(response, file, asked, { etag: `"${asked.from}"` })],
      [
        'date',
        (response, asked) =>
          sendRange(response, file, asked, { 'last-modified': new Date(asked.from).toUTCString() }),
      ],
      ['size', (response, asked) => sendRange(response, asked.from === 0 ? file : longer, asked)],
      [
        'end',
        (response, asked) =>
          asked.from === 0
            ? sendRange(response, file, asked)
            : response.writeHead(416, { 'content-range': 'bytes */100' }).end(),
      ],
    ];
    for (const [name, answer] of versions) {
      await using server = await startRangeServer(answer);
      const { code, message } = await refusal(server);
      expect([code, message], name).toEqual([
        'model-file-unreachable',
        `The file at ${server.origin}/m.gguf changed while its header was read.`,
      ]);
    }
  });
});

describe('a connection that does not hold', () => {
  it.each<[string, Answer]>([
    ['before the answer', () => {}],
    [
      'within the answer',
      (response, { from, to }) => {
        response.writeHead(206, { 'content-range': `bytes ${from}-${to}/${tiny.length}` });
        response.write(tiny.subarray(0, 1000));
      },
    ],
    [
      'between redirects',
      (response, { url }) => {
        if (url.startsWith('/m')) response.writeHead(302, { location: '/silent' }).end();
      },
    ],
  ])('would catch a server waited for that is silent %s', async (_name, answer) => {
    await using server = await startRangeServer(answer);
    expect(await refusal(server, { silenceMs: 20 })).toMatchObject({
      code: 'model-file-unreachable',
      message: expect.stringContaining('has sent nothing for 0.02 seconds'),
    });
  });

  it('would catch a cancelled question that goes on asking', async () => {
    const cancel = new AbortController();
    const reason = new Error('Enough.');
    const hungUp = Promise.withResolvers<void>();
    await using server = await startRangeServer(response => {
      response.on('close', () => hungUp.resolve());
      cancel.abort(reason);
    });
    const reading = describeRemote(`${server.origin}/m.gguf`, { signal: cancel.signal });
    await expect(reading).rejects.toBe(reason);
    await hungUp.promise;
  });

  it.each<[string, Answer]>([
    ['breaks', response => response.destroy()],
    [
      'ends early',
      (response, { from, to }) => {
        response.writeHead(206, { 'content-range': `bytes ${from}-${to}/${tiny.length}` });
        response.end(tiny.subarray(0, 1000));
      },
    ],
  ])('would catch one that %s without a sentence', async (_name, answer) => {
    await using server = await startRangeServer(answer);
    expect(await refusal(server)).toMatchObject({
      code: 'model-file-unreachable',
      message: `${server.origin}/m.gguf cannot be reached, or the connection broke.`,
    });
  });

  it('would catch nobody listening without a sentence', async () => {
    const server = await startRangeServer(() => {});
    await server[Symbol.asyncDispose]();
    const { code, data } = await refusal(server);
    expect(code).toBe('model-file-unreachable');
    expect(data.details).toContain('ECONNREFUSED');
  });

  it.each(['https://', 'http://[::/m.gguf', 'http://%:hush@127.0.0.1/m.gguf'])(
    'would catch %s taken for an address',
    async address => {
      await expect(describeRemote(address)).rejects.toMatchObject({ code: 'invalid-input' });
    },
  );
});

describe('redirects', () => {
  it('would catch a circle followed without end', async () => {
    await using server = await startRangeServer(response =>
      response.writeHead(302, { location: '/again' }).end(),
    );
    expect(await refusal(server)).toMatchObject({
      code: 'model-file-unreachable',
      message: expect.stringContaining('only leads from one address to the next'),
    });
    expect(server.asked).toHaveLength(6);
  });

  it.each(['file:///etc/passwd', 'ftp://127.0.0.1/m.gguf', 'http://', undefined])(
    'would catch one to %s followed',
    async location => {
      await using server = await startRangeServer(response =>
        response.writeHead(302, location === undefined ? {} : { location }).end(),
      );
      expect(await refusal(server)).toMatchObject({
        message: expect.stringContaining('not a web address'),
      });
    },
  );

  it('would catch a password told to another server, or a mirror looked for again', async () => {
    const file = modelWithHeader(600 * kibibyte);
    await using mirror = await startRangeServer((response, asked) =>
      sendRange(response, file, asked),
    );
    await using server = await startRangeServer((response, { url }) =>
      url === '/m.gguf'
        ? response.writeHead(307, { location: '/moved' }).end()
        : response.writeHead(302, { location: `${mirror.origin}/file?signed` }).end(),
    );
    const address = `${server.origin.replace('//', '//user:p%40ss@')}/m.gguf`;
    expect(await describeRemote(address)).toMatchObject({ path: address, fileName: 'm.gguf' });
    const basic = `Basic ${Buffer.from('user:p@ss').toString('base64')}`;
    expect(server.asked.map(({ headers }) => headers.authorization)).toEqual([basic, basic]);
    expect(mirror.asked).toHaveLength(2);
    expect(mirror.asked.map(({ headers }) => headers.authorization)).toEqual([
      undefined,
      undefined,
    ]);
  });
});

describe('in the engine', () => {
  let engine: EngineUnderTest;
  let server: RangeServer;
  let address: string;
  beforeAll(async () => {
    engine = startEngine();
    server = await startRangeServer((response, asked) => sendRange(response, tiny, asked));
    address = `${server.origin}/tiny.gguf`;
  });
  afterAll(async () => {
    await engine[Symbol.asyncDispose]();
    await server[Symbol.asyncDispose]();
  });

  it('would catch a load that asks the server for anything', async () => {
    const { length } = server.asked;
    const refused = { code: 'invalid-input', message: expect.stringContaining('but not loaded') };
    await expect(engine.load(address)).rejects.toMatchObject(refused);
    const plan = engine.client.call('model.plan', { path: address, options: {} });
    await expect(plan).rejects.toMatchObject(refused);
    expect(server.asked).toHaveLength(length);
  });

  it('would catch a fit that needs the weights, or one far from what the file itself gives', async () => {
    const budgetBytes = 48 * kibibyte ** 2;
    async function longest(path: string) {
      const rows: FitRow[] = [];
      const basis = await engine.client.stream(
        'model.fit',
        { model: { kind: 'file', path }, backend: 'cpu', batchSize: 256, budgetBytes },
        { onItem: row => void rows.push(row) },
      );
      const row = rows.find(
        one => one.flashAttention && one.typeK === 'f16' && one.typeV === 'f16',
      );
      return { basis, row, context: row?.maxContext ?? 0 };
    }
    const remote = await longest(address);
    const local = await longest(await ensureModel('tiny'));
    expect(remote.basis).toEqual({
      ...local.basis,
      memory: expect.anything(),
      pools: expect.anything(),
      computeFrom: 'formula',
    });
    expect(remote.row?.bytes?.weights).toBe(local.row?.bytes?.weights);
    expect(remote.row?.bytes?.total).toBeLessThanOrEqual(budgetBytes);
    expect(remote.context).toBeGreaterThan(contextStep);
    expect(Math.abs(remote.context / local.context - 1)).toBeLessThan(0.1);
    expect(server.sentBytes()).toBeLessThanOrEqual(server.asked.length * (firstRead + headBytes));
  });
});
