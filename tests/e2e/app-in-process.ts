import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { findInstallation } from '#cli/installation.ts';
import { forkEngine } from '#host/engine/fork-engine.ts';
import { createHost, type HostOptions } from '#host/host.ts';
import { startServer } from '#server/server.ts';
import { appContract } from '#shared/contract/app-contract.ts';
import { createClient } from '#shared/rpc/client.ts';
import { createMemoryPorts } from '#shared/rpc/ports/memory-port.ts';
import type { RunningApp } from '#tools/running-app/app.ts';

/**
 * The built page and the built engine around a host in this process: for what a host can be told and
 * no command line says.
 */
export async function startAppInProcess(
  model: string,
  options: Partial<HostOptions>,
): Promise<RunningApp> {
  await using undo = new AsyncDisposableStack();
  const installation = findInstallation();
  const dataDirectory = await mkdtemp(path.join(tmpdir(), 'headroom-app-'));
  undo.defer(() => rm(dataDirectory, { recursive: true, force: true, maxRetries: 5 }));
  const host = undo.use(
    await createHost({
      dataDirectory,
      shell: 'browser',
      version: installation.version,
      builtInModelPath: installation.builtInModelPath,
      launchEngine: forkEngine(installation.enginePath),
      initialModelPath: model,
      ...options,
    }),
  );
  const { rendererDirectory } = installation;
  const { url } = undo.use(await startServer({ host, rendererDirectory }));
  const owned = undo.move();
  return {
    url,
    dataDirectory,
    processId: process.pid,
    connect() {
      const [page, served] = createMemoryPorts();
      host.connect(served);
      return createClient(appContract, page);
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}
