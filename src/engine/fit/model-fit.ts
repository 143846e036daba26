import type { FitBasis, FitBytes, FitQuestion, FitRow, FitSetup } from '#shared/fit/fit.ts';
import { fitPairs, fitRow } from '#shared/fit/fit-row.ts';
import { budgetOf, type MachineMemory, type MemoryPools } from '#shared/fit/memory-pools.ts';
import { bytesPerToken } from '#shared/kv-cache/cache-size.ts';
import type { StreamContext } from '#shared/rpc/server.ts';
import type { OpenBackend } from '../loading/backend.ts';
import { machineMemory, usablePools } from '../memory/free-memory.ts';
import type { MemoryNeed } from '../memory/memory-simulation.ts';
import { QuestionMemory } from './question-memory.ts';

/** Answers what fits, and what it would take. */
export class ModelFit {
  readonly #memory = new QuestionMemory();

  /**
   * How much context of a model fits, for every pair of cache types: computed for the cache, simulated by
   * llama.cpp for the rest where the file is on this machine.
   *
   * @param released what the model that is loaded now gives back
   * @throws AppError as {@link QuestionMemory.of}
   */
  async table(
    question: FitQuestion,
    backend: OpenBackend,
    released: MemoryNeed,
    { signal, emit }: StreamContext<FitRow>,
  ): Promise<FitBasis> {
    const memory = await this.#memory.of(question, backend, { signal });
    const machine = await machineMemory(backend, released);
    const pools = poolsFor(question, machine, released);
    const { batchSize, sequences } = question;
    const context = { batchSize, sequences, swaFull: false };
    const subject = { memory, pools, backend: backend.name, ...context };
    for (const pair of fitPairs(question.flashAttention)) {
      signal.throwIfAborted();
      await emit(await fitRow(subject, pair, question.contextLength));
    }
    return {
      bytesPerToken: bytesPerToken(memory.layers, { typeK: 'f16', typeV: 'f16' }),
      weightsBytes: memory.weightsBytes,
      budgetBytes: budgetOf(pools),
      pools,
      memory: machine,
      backend: backend.name,
      gpuLayers: memory.gpuLayers,
      computeFrom: memory.computeFrom(),
    };
  }

  /**
   * What a model takes with each of these caches, in their order.
   *
   * @throws AppError as {@link QuestionMemory.of}
   */
  async bytes(
    question: FitQuestion,
    setups: readonly FitSetup[],
    backend: OpenBackend,
  ): Promise<FitBytes[]> {
    const memory = await this.#memory.of(question, backend);
    const { batchSize, sequences } = question;
    const all: FitBytes[] = [];
    for (const setup of setups) {
      all.push(await memory.bytes({ ...setup, batchSize, sequences }));
    }
    return all;
  }
}

/** A budget that the user names is that of the pool that users ask about. */
function poolsFor(
  { budgetBytes }: FitQuestion,
  machine: MachineMemory,
  released: MemoryNeed,
): MemoryPools {
  const usable = usablePools(machine, released);
  if (budgetBytes === null) return usable;
  return usable.vramBytes === null
    ? { ramBytes: budgetBytes, vramBytes: null }
    : { ...usable, vramBytes: budgetBytes };
}
