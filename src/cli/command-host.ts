import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { forkEngine } from '#host/engine/fork-engine.ts';
import { createHost } from '#host/host.ts';
import { type AppContract, appContract } from '#shared/contract/app-contract.ts';
import { type Client, createClient } from '#shared/rpc/client.ts';
import { createMemoryPorts } from '#shared/rpc/ports/memory-port.ts';
import type { Installation } from './installation.ts';

/**
 * A host for one command, with an engine and data of its own. Whatever happens inside, both are gone
 * afterwards.
 *
 * @param hangUp signals that end the connection: what is asked for at that time fails
 */
export async function withHost<T>(
  installation: Installation,
  hangUp: readonly AbortSignal[],
  use: (client: Client<AppContract>) => Promise<T>,
): Promise<T> {
  const dataDirectory = await mkdtemp(join(tmpdir(), 'headroom-'));
  try {
    const host = await createHost({
      dataDirectory,
      shell: 'command-line',
      version: installation.version,
      builtInModelPath: installation.builtInModelPath,
      launchEngine: forkEngine(installation.enginePath),
      initialModelPath: null,
      // They would go with the data.
      keepsSnapshots: false,
    });
    try {
      const [clientPort, hostPort] = createMemoryPorts();
      host.connect(hostPort);
      const client = createClient(appContract, clientPort);
      const close = () => client.close();
      for (const signal of hangUp) {
        if (signal.aborted) close();
        else signal.addEventListener('abort', close, { once: true });
      }
      return await use(client);
    } finally {
      await host[Symbol.asyncDispose]();
    }
  } finally {
    await rm(dataDirectory, { recursive: true, force: true });
  }
}
