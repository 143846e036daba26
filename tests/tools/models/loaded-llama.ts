import { getLlama, type Llama, LlamaLogLevel } from 'node-llama-cpp';

export interface LoggedLlama extends AsyncDisposable {
  readonly llama: Llama;
  /** Lines that llama.cpp logged so far; they arrive a moment after the call that caused them. */
  readonly log: string[];
}

/** The real addon on the CPU, as installed: it neither downloads nor compiles anything. */
export async function loadLlama(): Promise<LoggedLlama> {
  const log: string[] = [];
  const llama = await getLlama({
    gpu: false,
    build: 'never',
    skipDownload: true,
    progressLogs: false,
    logLevel: LlamaLogLevel.info,
    logger: (_level, message) => {
      log.push(...message.split('\n').filter(line => line !== ''));
    },
  });
  return { llama, log, [Symbol.asyncDispose]: () => llama.dispose() };
}
