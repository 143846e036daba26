import { getLlama, LlamaLogLevel, type LlamaModel } from 'node-llama-cpp';

/** A model on the CPU, without the app around it. */
export async function openModel(path: string): Promise<LlamaModel> {
  const llama = await getLlama({
    gpu: false,
    build: 'never',
    skipDownload: true,
    progressLogs: false,
    logLevel: LlamaLogLevel.error,
  });
  return await llama.loadModel({ modelPath: path });
}
