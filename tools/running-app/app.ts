import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { WebSocket } from 'ws';
import { z } from 'zod';
import { type AppContract, appContract } from '#shared/contract/app-contract.ts';
import { type Client, createClient } from '#shared/rpc/client.ts';
import { createWebSocketPort } from '#shared/rpc/ports/web-socket-port.ts';

const readySchema = z.object({ url: z.url() });

const script = path.join(import.meta.dirname, '..', '..', 'dist', 'cli', 'cli.js');

export interface AppOptions {
  /** The model to load at launch; the built-in one when left out. */
  readonly model?: string;
  /** Where its data are, and stay; when left out they are its own, and go with it. */
  readonly dataDirectory?: string;
}

/** The built app in its browser shell, in a process of its own, on data of its own. */
export interface RunningApp extends AsyncDisposable {
  /** What a person opens, token included. */
  readonly url: string;
  readonly dataDirectory: string;
  readonly processId: number;
  /** Another front end beside the page, over the same socket as the page's. */
  connect(): Client<AppContract>;
}

/**
 * Starts the built app as `headroom serve` does. Disposing ends it and removes data of its own.
 *
 * @throws when it ends before it is ready, with what it said
 */
export async function startApp(options: AppOptions = {}): Promise<RunningApp> {
  const own = options.dataDirectory === undefined;
  const dataDirectory =
    options.dataDirectory ?? (await mkdtemp(path.join(tmpdir(), 'headroom-app-')));
  const removeData = async () => {
    if (own) await rm(dataDirectory, { recursive: true, force: true, maxRetries: 5 });
  };
  const child = spawn(
    process.execPath,
    [
      script,
      'serve',
      '--no-open',
      '--json',
      '--data',
      dataDirectory,
      ...(options.model === undefined ? [] : ['--model', options.model]),
    ],
    { stdio: ['ignore', 'pipe', 'pipe'] },
  );
  const exited = once(child, 'exit');
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (piece: string) => {
    said += piece;
  });
  const firstLine = new Promise<string>(resolve => {
    let line = '';
    child.stdout.setEncoding('utf8').on('data', (piece: string) => {
      line += piece;
      // Anything else is an error that ends it, said on standard error as well.
      if (line.startsWith('{"url"') && line.includes('\n')) resolve(line);
    });
  });
  const ready = await Promise.race([firstLine, exited.then(() => null)]);
  if (ready === null || child.pid === undefined) {
    await exited;
    await removeData();
    throw new Error(`The app ended before it was ready:\n${said}`);
  }
  const { url } = readySchema.parse(JSON.parse(ready));
  return {
    url,
    dataDirectory,
    processId: child.pid,
    connect: () => createClient(appContract, createWebSocketPort(openSocket(url))),
    async [Symbol.asyncDispose]() {
      child.kill('SIGTERM');
      await exited;
      await removeData();
    },
  };
}

function openSocket(address: string): WebSocket {
  const { host, origin, hash } = new URL(address);
  const token = new URLSearchParams(hash.slice(1)).get('token') ?? '';
  return new WebSocket(`ws://${host}/rpc?token=${token}`, { headers: { Origin: origin } });
}
