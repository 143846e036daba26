import { resolve } from 'node:path';
import open from 'open';
import { defaultDataDirectory } from '#host/data-directory.ts';
import { forkEngine } from '#host/engine/fork-engine.ts';
import { createHost, type Host } from '#host/host.ts';
import { startServer } from '#server/server.ts';
import { appContract } from '#shared/contract/app-contract.ts';
import { createClient } from '#shared/rpc/client.ts';
import { createMemoryPorts } from '#shared/rpc/ports/memory-port.ts';
import { errorText, exitCodes } from './failure.ts';
import type { Installation } from './installation.ts';
import { catchInterrupts } from './interrupts.ts';
import { pathArgument } from './model-argument.ts';
import type { ServeOptions } from './serve-options.ts';
import type { Terminal } from './terminal.ts';

/** Runs the browser shell until it is interrupted. */
export async function runServe(
  options: ServeOptions,
  installation: Installation,
  terminal: Terminal,
): Promise<number> {
  const interrupts = catchInterrupts();
  const host = await createHost({
    dataDirectory: options.data === undefined ? defaultDataDirectory() : resolve(options.data),
    shell: 'browser',
    version: installation.version,
    builtInModelPath: installation.builtInModelPath,
    launchEngine: forkEngine(installation.enginePath),
    ...(options.model === undefined ? {} : { initialModelPath: pathArgument(options.model) }),
  });
  try {
    const server = await startServer({
      host,
      rendererDirectory: installation.rendererDirectory,
      ...(options.port === undefined ? {} : { port: options.port }),
    });
    try {
      if (options.json) terminal.writeLine(JSON.stringify({ url: server.url }));
      else terminal.writeLine(`Headroom runs at ${server.url}\nPress Ctrl+C to end it.`);
      if (options.model !== undefined) tellFailedLoad(host, terminal);
      if (options.open) await openBrowser(server.url, terminal);
      await aborted(interrupts.stop);
    } finally {
      await server[Symbol.asyncDispose]();
    }
  } finally {
    await host[Symbol.asyncDispose]();
    interrupts[Symbol.dispose]();
  }
  return exitCodes.success;
}

/** The page shows it, too, but a mistyped path is looked for where it was typed. */
function tellFailedLoad(host: Host, terminal: Terminal): void {
  const [clientPort, hostPort] = createMemoryPorts();
  host.connect(hostPort);
  const client = createClient(appContract, clientPort);
  client.watch('model', model => {
    if (model.phase === 'loading') return;
    if (model.phase === 'none' && model.error !== null) terminal.note(errorText(model.error));
    client.close();
  });
}

async function openBrowser(url: string, terminal: Terminal): Promise<void> {
  if (!hasDisplay()) {
    const { port } = new URL(url);
    terminal.note(
      `This machine has no display, so no browser was opened. To use the address on another one, run "ssh -L ${port}:127.0.0.1:${port}" to this machine there first.`,
    );
    return;
  }
  try {
    const browser = await open(url);
    browser.on('error', () => {});
  } catch {
    terminal.note('No browser could be started. Open the address yourself.');
  }
}

function hasDisplay(): boolean {
  return (
    process.platform !== 'linux' || Boolean(process.env.DISPLAY || process.env.WAYLAND_DISPLAY)
  );
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise(resolve => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
