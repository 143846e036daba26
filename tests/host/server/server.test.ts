import { once } from 'node:events';
import { rm, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { connect } from 'node:net';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { messageLimit } from '#server/message-limit.ts';
import { startServer } from '#server/server.ts';
import { createClient } from '#shared/rpc/client.ts';
import { createWebSocketPort } from '#shared/rpc/ports/web-socket-port.ts';
import { probeContract } from '#tests/contract/fixtures/probe-contract.ts';
import {
  ask,
  dial,
  refusal,
  type ServerUnderTest,
  type SocketRequest,
  startTestServer,
} from './server-under-test.ts';

let server: ServerUnderTest;

beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server[Symbol.asyncDispose]());

/** Sends bytes as they are; answers what came back until the connection was closed. */
async function sendRaw(text: string): Promise<string> {
  const socket = connect(Number(server.url.port), server.url.hostname);
  let answer = '';
  socket.setEncoding('utf8').on('data', piece => {
    answer += piece;
  });
  socket.write(text);
  await once(socket, 'close');
  return answer;
}

/** A WebSocket that was let in, byte by byte. */
async function openRaw(): Promise<Duplex> {
  const { host, hostname, port, origin } = server.url;
  const asked = request({
    hostname,
    port,
    path: `/rpc?token=${server.token}`,
    headers: {
      Host: host,
      Origin: origin,
      Connection: 'Upgrade',
      Upgrade: 'websocket',
      'Sec-WebSocket-Version': '13',
      'Sec-WebSocket-Key': Buffer.alloc(16).toString('base64'),
    },
  });
  const upgraded = new Promise<Duplex>((resolve, reject) => {
    asked.on('upgrade', (_response, socket) => resolve(socket));
    asked.on('error', reject);
  });
  asked.end();
  return await upgraded;
}

describe('files', () => {
  test('the page and its parts are served as what they are', async () => {
    const page = await ask(server, '/');
    expect(page).toMatchObject({ status: 200, body: '<title>Headroom</title>' });
    expect(page.headers['content-type']).toMatch('text/html');
    expect(page.headers['cache-control']).toBe('no-cache');

    const script = await ask(server, '/assets/page.js');
    expect(script.status).toBe(200);
    expect(script.headers['content-type']).toMatch('javascript');
  });

  test('an unchanged page is not sent again', async () => {
    const { headers } = await ask(server, '/');
    const again = await ask(server, '/', { headers: { 'If-None-Match': headers.etag ?? '' } });
    expect(again).toMatchObject({ status: 304, body: '' });
  });

  test.each([
    '/../secret.txt',
    '/assets/../../secret.txt',
    '/%2e%2e/secret.txt',
    '/..%2fsecret.txt',
    '/..%5csecret.txt',
    '/assets/..\\..\\secret.txt',
    '/%00/secret.txt',
    '//secret.txt',
    'http://127.0.0.1/../secret.txt',
  ])('%s does not lead out of the folder of the page', async path => {
    const answer = await ask(server, path);
    expect(answer.status).toBe(404);
    expect(answer.body).not.toContain('secret');
  });

  test('a missing file is a plain 404, not the page', async () => {
    const answer = await ask(server, '/assets/missing.js');
    expect(answer).toMatchObject({ status: 404, body: 'There is nothing at this address.\n' });
  });

  test.each(['bytes=5-2', 'bytes=-5', 'bytes=999-', 'nonsense'])(
    'the range %s gets the whole file and the server lives',
    async range => {
      const answer = await ask(server, '/', { headers: { Range: range } });
      expect(answer).toMatchObject({ status: 200, body: '<title>Headroom</title>' });
    },
  );

  test('a build while the server runs is seen without a restart', async () => {
    const file = join(server.rendererDirectory, 'assets', 'fresh.js');
    expect((await ask(server, '/assets/fresh.js')).status).toBe(404);
    await writeFile(file, 'fresh');
    expect((await ask(server, '/assets/fresh.js')).body).toBe('fresh');
    await rm(file);
    expect((await ask(server, '/assets/fresh.js')).status).toBe(404);
  });

  test('other methods than reading are refused', async () => {
    const answer = await ask(server, '/', { method: 'POST' });
    expect(answer).toMatchObject({ status: 405, headers: { allow: 'GET, HEAD' } });
  });
});

describe('the door', () => {
  test.each(['evil.example', 'evil.example:80', '127.0.0.1', '127.0.0.1:1', '[::1]:80'])(
    'a name rebound to the loopback address (%s) sees nothing',
    async host => {
      expect((await ask(server, '/', { headers: { Host: host } })).status).toBe(403);
      expect((await refusal(dial(server, { headers: { Host: host } }))).status).toBe(403);
    },
  );

  test('a request without a host sees nothing', async () => {
    expect(await sendRaw('GET / HTTP/1.0\r\n\r\n')).toMatch(/^HTTP\/1\.1 403 /);
  });

  test('localhost is as good a name as 127.0.0.1', async () => {
    const host = `localhost:${server.url.port}`;
    expect((await ask(server, '/', { headers: { Host: host } })).status).toBe(200);
    const socket = dial(server, { headers: { Host: host, Origin: `http://${host}` } });
    await once(socket, 'open');
    socket.terminate();
  });

  test.each<[string, SocketRequest, number]>([
    ['a page of another site', { headers: { Origin: 'https://evil.example' } }, 403],
    ['a page of another port', { headers: { Origin: 'http://127.0.0.1:1' } }, 403],
    ['a page of a sandboxed frame', { headers: { Origin: 'null' } }, 403],
    ['a program without an origin', { headers: { Origin: '' } }, 403],
    ['a guess', { token: 'x'.repeat(43) }, 401],
    ['no token', { token: '' }, 401],
    ['another path', { path: '/elsewhere' }, 404],
  ])('%s gets no socket, and a real status', async (_name, socketRequest, status) => {
    expect((await refusal(dial(server, socketRequest))).status).toBe(status);
  });

  test('the token of another launch is refused, and a page can find out that this is why', async () => {
    await using other = await startTestServer();
    expect(other.token).not.toBe(server.token);
    expect((await refusal(dial(server, { token: other.token }))).status).toBe(401);
    expect((await ask(server, `/rpc?token=${other.token}`)).status).toBe(401);
    expect((await ask(server, `/rpc?token=${server.token}`)).status).toBe(426);
  });

  test('the token is 32 random bytes and in no part of the address that browsers send', () => {
    expect(Buffer.from(server.token, 'base64url')).toHaveLength(32);
    expect(server.url.pathname + server.url.search).toBe('/');
  });

  test('other machines cannot reach it', async () => {
    const outside = Object.values(networkInterfaces())
      .flatMap(addresses => addresses ?? [])
      .filter(({ internal, family }) => !internal && family === 'IPv4');
    for (const { address } of outside) {
      const socket = connect(Number(server.url.port), address);
      const [error] = await once(socket, 'error').catch(thrown => [thrown]);
      expect(error).toMatchObject({ code: 'ECONNREFUSED' });
    }
  });
});

describe('headers', () => {
  const expected = {
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
  };

  test.each<[string, string, Parameters<typeof ask>[2]]>([
    ['the page', '/', {}],
    ['a missing file', '/missing', {}],
    ['a foreign host', '/', { headers: { Host: 'evil.example' } }],
    ['a wrong method', '/', { method: 'DELETE' }],
    ['a wrong token', '/rpc?token=x', {}],
  ])('the answer to %s carries them', async (_name, path, options) => {
    const { headers } = await ask(server, path, options);
    expect(headers).toMatchObject(expected);
    expect(headers['content-security-policy']).toContain("default-src 'none'");
  });

  test('the answer to a refused socket carries them', async () => {
    const { headers } = await refusal(dial(server, { token: 'x' }));
    expect(headers).toMatchObject(expected);
    expect(headers['content-security-policy']).toContain("default-src 'none'");
  });

  test('the answer to what is no HTTP carries them and does not end the server', async () => {
    const answer = await sendRaw('\u0016\u0003\u0001 hello\r\n\r\n');
    expect(answer).toMatch(/^HTTP\/1\.1 400 /);
    expect(answer).toContain('X-Content-Type-Options: nosniff');
    expect((await ask(server, '/')).status).toBe(200);
  });

  test('scripts come from the server alone and connections go nowhere else', async () => {
    const { headers } = await ask(server, '/');
    const policy = new Map(
      String(headers['content-security-policy'])
        .split('; ')
        .map(entry => [entry.slice(0, entry.indexOf(' ')), entry.slice(entry.indexOf(' ') + 1)]),
    );
    expect(policy.get('script-src')).toBe("'self'");
    expect(policy.get('connect-src')).toBe(
      `'self' ws://127.0.0.1:${server.url.port} ws://localhost:${server.url.port}`,
    );
    for (const directive of ['base-uri', 'form-action', 'frame-ancestors']) {
      expect(policy.get(directive)).toBe("'none'");
    }
  });
});

describe('sockets', () => {
  test('a page that is let in talks to the host', async () => {
    const client = createClient(probeContract, createWebSocketPort(dial(server)));
    expect(await client.call('double', { value: 21 })).toBe(42);
    client.close();
  });

  test('a message beyond the limit ends its own socket and no other', async () => {
    const neighbour = createClient(probeContract, createWebSocketPort(dial(server)));
    await neighbour.call('double', { value: 1 });
    // A text frame says how long it is before it begins.
    const head = Buffer.from('81ff000000000000000000000000', 'hex');
    head.writeBigUInt64BE(BigInt(messageLimit + 1), 2);
    const socket = await openRaw();
    socket.write(head);
    const [closeFrame] = await once(socket, 'data');
    expect(Buffer.from(closeFrame).readUInt16BE(2)).toBe(1009);
    socket.destroy();
    expect(await neighbour.call('double', { value: 2 })).toBe(4);
    neighbour.close();
  });

  test('the end of the server ends its sockets, tells the host and frees the port', async () => {
    await using ending = await startTestServer();
    const socket = dial(ending);
    await once(socket, 'open');
    const told = Promise.all(
      ending.ports.map(port => new Promise<void>(resolve => port.onClose(resolve))),
    );
    expect(ending.ports).toHaveLength(1);
    const closed = once(socket, 'close');
    await ending[Symbol.asyncDispose]();
    await Promise.all([closed, told]);
    await using again = await startTestServer(Number(ending.url.port));
    expect((await ask(again, '/')).status).toBe(200);
  });
});

describe('starting', () => {
  const host = { connect: () => {} };

  test('a port in use is named, with what to do', async () => {
    const port = Number(server.url.port);
    await expect(
      startServer({ host, rendererDirectory: server.rendererDirectory, port }),
    ).rejects.toMatchObject({
      code: 'busy',
      message: `Port ${port} is in use by another program.`,
      data: { suggestion: 'Choose another port, or none: then a free one is found.' },
    });
  });

  test('a page that is not built is said before anybody sees an empty window', async () => {
    const rendererDirectory = join(server.rendererDirectory, 'assets');
    await expect(startServer({ host, rendererDirectory })).rejects.toMatchObject({
      code: 'not-found',
      data: { suggestion: expect.stringContaining('npm run build') },
    });
  });
});
