import { availableParallelism, cpus } from 'node:os';
import { getLlama, type Llama, LlamaLogLevel } from 'node-llama-cpp';
import { AppError } from '#shared/errors/app-error.ts';
import type { Backend, LoadReport } from '#shared/model/load.ts';
import { LlamaLog, logTail } from './llama-log.ts';

export type ResolvedBackend = LoadReport['backend'];

/** One initialised llama.cpp with the log that it writes. */
export interface OpenBackend {
  readonly llama: Llama;
  readonly log: LlamaLog;
  /** `auto` resolved. */
  readonly name: ResolvedBackend;
  readonly devices: readonly string[];
}

/**
 * Owns the one llama.cpp instance of this process. Another choice of backend replaces it, so
 * everything made from the previous instance must have been disposed before.
 */
export class Backends {
  #current: { readonly choice: Backend; readonly opened: Promise<OpenBackend> } | undefined;

  /** True when {@link open} would not have to replace the instance. */
  isOpen(choice: Backend): boolean {
    return this.#current?.choice === choice;
  }

  /** @throws AppError `backend-unavailable` */
  async open(choice: Backend): Promise<OpenBackend> {
    if (this.#current?.choice !== choice) {
      await this.close();
      this.#current = { choice, opened: openBackend(choice) };
    }
    const current = this.#current;
    try {
      return await current.opened;
    } catch (error) {
      if (this.#current === current) this.#current = undefined;
      throw error;
    }
  }

  async close(): Promise<void> {
    const current = this.#current;
    this.#current = undefined;
    const opened = await current?.opened.catch(() => undefined);
    await opened?.llama.dispose();
  }
}

async function openBackend(choice: Backend): Promise<OpenBackend> {
  const log = new LlamaLog();
  try {
    const llama = await getLlama({
      gpu: choice === 'cpu' ? false : choice,
      // Headroom ships binaries; it never compiles or downloads any by itself.
      build: 'never',
      skipDownload: true,
      progressLogs: false,
      logLevel: LlamaLogLevel.info,
      logger: (level, message) => log.add(level, message),
      // The library's default is at least four threads, which collapses on two cores.
      maxThreads: availableParallelism(),
    });
    const gpuNames = await llama.getGpuDeviceNames();
    return {
      llama,
      log,
      name: llama.gpu === false ? 'cpu' : llama.gpu,
      devices: llama.gpu === false || gpuNames.length === 0 ? [processorName()] : gpuNames,
    };
  } catch (error) {
    const name = choice === 'auto' ? 'No backend' : `The ${backendTitles[choice]} backend`;
    throw new AppError(
      'backend-unavailable',
      choice === 'auto'
        ? 'No backend of llama.cpp could be started on this machine.'
        : `${name} cannot be used on this machine: its device, driver or program library is missing.`,
      {
        suggestion:
          choice === 'auto' || choice === 'cpu'
            ? 'Reinstall Headroom.'
            : 'Choose auto or cpu, or install the driver and try again.',
        details: `${error instanceof Error ? error.message : String(error)}\n${logTail(await log.since(0))}`,
        cause: error,
      },
    );
  }
}

const backendTitles: Readonly<Record<Exclude<Backend, 'auto'>, string>> = {
  cuda: 'CUDA',
  metal: 'Metal',
  vulkan: 'Vulkan',
  cpu: 'CPU',
};

function processorName(): string {
  const model = cpus()[0]?.model.trim();
  return model === undefined || model === '' ? 'CPU' : model;
}
