import { randomUUID } from 'node:crypto';
import {
  baselineTypes,
  type Configuration,
  withFlashAttention,
} from '#shared/compare/configuration.ts';
import type { OutputMeasurement } from '#shared/compare/output-measurement.ts';
import type { ConfigurationOutput, OutputsResult, OutputsTest } from '#shared/compare/outputs.ts';
import { askLent } from '../model/lent-engine.ts';
import type { ComparisonRun, PartProgress } from './comparison-run.ts';

/**
 * Lets every configuration answer the same prompt, one after the other. One that the engine refuses or dies
 * over is out; the others go on.
 *
 * @throws AppError `cancelled`
 */
export async function measureOutputs(
  run: ComparisonRun,
  test: OutputsTest,
): Promise<OutputsResult> {
  return await new OutputsPart(run, test).result();
}

class OutputsPart {
  readonly #run: ComparisonRun;
  readonly #test: OutputsTest;
  /** Tokens of the prompt as the template renders it; null until a model is there to count them. */
  #promptTokens: number | null = null;
  /** Configurations that are over, whatever became of them. */
  #done = 0;
  /** What each answer took, its load included. */
  readonly #answersMs: number[] = [];
  /** When the configuration began, on the host's clock. */
  #startedAt = 0;

  constructor(run: ComparisonRun, test: OutputsTest) {
    this.#run = run;
    this.#test = test;
  }

  async result(): Promise<OutputsResult> {
    const configurations: ConfigurationOutput[] = [];
    for (const index of this.#run.request.configurations.keys()) {
      configurations.push(await this.#output(index));
      this.#done++;
    }
    return { test: this.#test, configurations };
  }

  async #output(index: number): Promise<ConfigurationOutput> {
    const earlier = this.#run.error(index);
    if (earlier !== undefined) return { outcome: 'failed', error: earlier };
    try {
      return { outcome: 'measured', ...(await this.#measure(index)) };
    } catch (thrown) {
      return { outcome: 'failed', error: this.#run.exclude(index, thrown) };
    }
  }

  async #measure(index: number): Promise<OutputMeasurement> {
    this.#startedAt = performance.now();
    this.#tell(index, 'load', 0);
    const configuration = writer(this.#run.configuration(index));
    const promptTokens = await this.#countPrompt(configuration);
    // The library keeps the last cell free.
    const loaded = await this.#run.load(configuration, promptTokens + this.#test.tokens + 1);
    const output = await askLent(loaded, client =>
      client.stream('measure.outputs', this.#test, {
        signal: this.#run.signal,
        onItem: ({ doneTokens }) => this.#tell(index, 'write', doneTokens),
      }),
    );
    this.#answersMs.push(performance.now() - this.#startedAt);
    return output;
  }

  /** By a load that is as short as may be: how long it has to be is not known before. */
  async #countPrompt(configuration: Configuration): Promise<number> {
    if (this.#promptTokens !== null) return this.#promptTokens;
    const loaded = await this.#run.load(configuration, 1);
    const { promptTokens } = await askLent(loaded, client =>
      client.call('turn.forecast', {
        conversationId: randomUUID(),
        systemPrompt: '',
        messages: [{ id: randomUUID(), role: 'user', text: this.#test.prompt, reasoning: '' }],
      }),
    );
    this.#promptTokens = promptTokens;
    return promptTokens;
  }

  #tell(configuration: number, stage: PartProgress['stage'], writtenNow: number): void {
    const { tokens } = this.#test;
    this.#run.tell('outputs', {
      configuration,
      stage,
      depthTokens: null,
      sequences: null,
      repetition: null,
      done: this.#done * tokens + writtenNow,
      total: this.#run.request.configurations.length * tokens,
      remainingMs: this.#remainingMs(),
    });
  }

  /** Each as long as those before it: answers may end early, and most of them alike. */
  #remainingMs(): number | null {
    if (this.#answersMs.length === 0) return null;
    const meanMs = this.#answersMs.reduce((sum, ms) => sum + ms, 0) / this.#answersMs.length;
    const left = this.#run.request.configurations.length - this.#done;
    const spentMs = Math.min(meanMs, performance.now() - this.#startedAt);
    return meanMs * left - spentMs;
  }
}

/** What writes in its place: nothing that is kept is rounded further than f16 where nothing is kept. */
function writer(configuration: Configuration): Configuration {
  const types = configuration.keepsCache ? {} : baselineTypes;
  return withFlashAttention({ ...configuration, ...types });
}
