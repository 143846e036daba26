import { availableParallelism, cpus } from 'node:os';
import { getLlama, getLlamaGpuTypes, type Llama, LlamaLogLevel } from 'node-llama-cpp';
import { AppError } from '#shared/errors/app-error.ts';
import type { Backend, ResolvedBackend } from '#shared/model/load.ts';
import { LlamaLog, logTail } from './llama-log.ts';

/** One initialised llama.cpp with the log that it writes. */
export interface OpenBackend {
  readonly llama: Llama;
  readonly log: LlamaLog;
  /** `auto` resolved. */
  readonly name: ResolvedBackend;
  readonly devices: readonly string[];
  /** Resident bytes of this process when the backend was open. */
  readonly processBytes: number;
}

/**
 * Owns the llama.cpp instances of this process: one per backend, opened when first asked for and
 * kept until the process ends.
 *
 * They are never disposed, and none is ever opened twice: instances of one program library share a
 * logger, and the second one takes it away from everybody. Disposing does not help, because a load
 * that failed or was cancelled leaves a handle in the library for which `dispose` waits until the
 * next garbage collection. That is also why `auto` is resolved here and not by the library.
 */
export class Backends {
  readonly #log = new LlamaLog();
  readonly #opened = new Map<ResolvedBackend, Promise<OpenBackend>>();
  #best: Promise<OpenBackend> | undefined;

  /** @throws AppError `backend-unavailable` */
  async open(choice: Backend): Promise<OpenBackend> {
    if (choice !== 'auto') return await this.#open(choice);
    this.#best ??= this.#openBest().catch(error => {
      this.#best = undefined;
      throw error;
    });
    return await this.#best;
  }

  /** What the library would choose: the first that works of those whose drivers it found. */
  async #openBest(): Promise<OpenBackend> {
    for (const gpu of cpuOnly ? [] : await getLlamaGpuTypes('supported')) {
      if (gpu === false) continue;
      try {
        return await this.#open(gpu);
      } catch {
        // The next one may work; the CPU always does.
      }
    }
    return await this.#open('cpu');
  }

  async #open(name: ResolvedBackend): Promise<OpenBackend> {
    const known = this.#opened.get(name);
    if (known !== undefined) return await known;
    const opening = openBackend(name, this.#log);
    this.#opened.set(name, opening);
    try {
      return await opening;
    } catch (error) {
      // A driver may be installed in the meantime.
      this.#opened.delete(name);
      throw error;
    }
  }
}

/**
 * Set by a shell in whose processes GPU drivers crash: what nobody chose then runs on the processor.
 * A backend that the user chose by name is still tried.
 */
const cpuOnly = process.env.HEADROOM_ENGINE_BACKEND === 'cpu';

async function openBackend(name: ResolvedBackend, log: LlamaLog): Promise<OpenBackend> {
  const mark = log.mark();
  try {
    const gpu = name === 'cpu' ? false : name;
    // The library takes a backend that this platform does not have for "auto".
    if (!(await getLlamaGpuTypes('allValid')).includes(gpu))
      throw new Error('not on this platform');
    const llama = await getLlama({
      gpu,
      // Headroom ships binaries; it never compiles or downloads any by itself.
      build: 'never',
      skipDownload: true,
      progressLogs: false,
      logLevel: LlamaLogLevel.info,
      logger: (level, message) => log.add(level, message),
      // The library's default is at least four threads, which collapses on two cores.
      maxThreads: availableParallelism(),
    });
    const gpuNames = gpu === false ? [] : await llama.getGpuDeviceNames();
    return {
      llama,
      log,
      name,
      devices: gpuNames.length === 0 ? [processorName()] : gpuNames,
      processBytes: process.memoryUsage.rss(),
    };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new AppError(
      'backend-unavailable',
      name === 'cpu'
        ? "llama.cpp could not be started: its program library for this machine's processor is missing."
        : `${backendTitles[name]} cannot be used on this machine: its device, driver or program library is missing.`,
      {
        suggestion:
          name === 'cpu'
            ? 'Install Headroom again.'
            : 'Choose auto or cpu, or install the driver and try again.',
        details: `${reason}\n${logTail(await log.since(mark))}`,
        cause: error,
      },
    );
  }
}

const backendTitles = { cuda: 'CUDA', metal: 'Metal', vulkan: 'Vulkan' } as const;

function processorName(): string {
  const model = cpus()[0]?.model.trim();
  return model === undefined || model === '' ? 'CPU' : model;
}
