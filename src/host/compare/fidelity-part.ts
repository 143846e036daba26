import { open } from 'node:fs/promises';
import { join } from 'node:path';
import {
  baselineTypes,
  type Configuration,
  hasBaselineTypes,
  withFlashAttention,
} from '#shared/compare/configuration.ts';
import type { ConfigurationFidelity, FidelityResult } from '#shared/compare/fidelity.ts';
import { fidelityFigures, perplexity } from '#shared/compare/fidelity-figures.ts';
import type { PassResult } from '#shared/compare/fidelity-pass.ts';
import { AppError } from '#shared/errors/app-error.ts';
import type { LoadReport } from '#shared/model/load.ts';
import { askLent } from '../model/lent-engine.ts';
import type { ComparisonRun, PartProgress } from './comparison-run.ts';
import type { ComparisonText } from './comparison-text.ts';

interface Pass extends PassResult {
  readonly report: LoadReport;
}

/**
 * Measures what the caches change against f16, one configuration after the other: the baseline first, the
 * baseline against itself last.
 *
 * @throws AppError `cancelled`; whatever the baseline fails for: without it there is no result
 */
export async function measureFidelities(
  run: ComparisonRun,
  text: ComparisonText,
  tokens: number,
): Promise<FidelityResult> {
  const distributionsPath = join(run.folder, 'distributions');
  // Made here, and only opened by the engine: one that is late would bring it back after its removal.
  await emptyFile(distributionsPath);
  return await new FidelityPart(run, text, tokens, distributionsPath).result();
}

class FidelityPart {
  readonly #run: ComparisonRun;
  readonly #text: ComparisonText;
  readonly #tokens: number;
  readonly #distributionsPath: string;
  readonly #baseline: Configuration;
  readonly #passCount: number;
  #passes = 0;
  /** In all passes that are over. */
  #readTokens = 0;
  /** Of one pass; what was asked for, until the engine has counted. */
  #passTokens: number;
  /** When the first tokens were about to be read, on the host's clock. */
  #startedAt: number | null = null;

  constructor(run: ComparisonRun, text: ComparisonText, tokens: number, distributionsPath: string) {
    this.#run = run;
    this.#text = text;
    this.#distributionsPath = distributionsPath;
    this.#baseline = withFlashAttention({ ...run.configuration(0), ...baselineTypes });
    const candidates = run.request.configurations.filter(each => !this.#hasNothingToRead(each));
    // The baseline and its noise come in addition.
    this.#passCount = 2 + candidates.length;
    this.#tokens = tokensForAll([this.#baseline, ...candidates], tokens);
    this.#passTokens = this.#tokens - 1;
  }

  async result(): Promise<FidelityResult> {
    const baseline = await this.#pass(this.#baseline, null, 'baseline');
    const configurations: (ConfigurationFidelity | null)[] = [];
    for (const [index, configuration] of this.#run.request.configurations.entries()) {
      configurations.push(
        this.#hasNothingToRead(configuration)
          ? null
          : await this.#candidate(withFlashAttention(configuration), index, baseline),
      );
    }
    const { kind, name } = this.#text;
    return {
      text: { kind, name, sha256: baseline.textSha256, expected: baseline.expected },
      baseline: {
        ...reader(baseline.report),
        perplexity: perplexity(baseline.reading.losses),
        reading: baseline.reading,
      },
      configurations,
      noise: await this.#candidate(this.#baseline, null, baseline),
    };
  }

  /** Without a cache nothing is rounded; and the baseline against itself is the noise floor. */
  #hasNothingToRead(configuration: Configuration): boolean {
    if (!configuration.keepsCache) return true;
    const { flashAttention, batchSize } = withFlashAttention(configuration);
    return (
      hasBaselineTypes(configuration) &&
      flashAttention === this.#baseline.flashAttention &&
      batchSize === this.#baseline.batchSize
    );
  }

  async #candidate(
    configuration: Configuration,
    index: number | null,
    baseline: Pass,
  ): Promise<ConfigurationFidelity> {
    const earlier = index === null ? undefined : this.#run.error(index);
    if (earlier !== undefined) {
      this.#passes++;
      return { outcome: 'failed', error: earlier };
    }
    try {
      const pass = await this.#pass(configuration, index, 'candidate');
      const { divergences } = pass;
      if (divergences === null) throw new AppError('internal', 'Nothing was compared.');
      const reading = { ...pass.reading, divergences };
      const figures = fidelityFigures(baseline.reading, reading);
      return { outcome: 'measured', ...reader(pass.report), ...figures, reading };
    } catch (thrown) {
      return { outcome: 'failed', error: this.#run.exclude(index ?? noiseIndex, thrown) };
    }
  }

  async #pass(
    configuration: Configuration,
    index: number | null,
    role: 'baseline' | 'candidate',
  ): Promise<Pass> {
    let readTokens = 0;
    try {
      this.#tell(index, 'load', readTokens);
      // One cell always stays free.
      const loaded = await this.#run.load(configuration, this.#tokens + 1);
      this.#startedAt ??= performance.now();
      const result = await askLent(loaded, client =>
        client.stream(
          'measure.fidelity',
          {
            text: this.#text.content,
            tokens: this.#tokens,
            distributionsPath: this.#distributionsPath,
            role,
          },
          {
            signal: this.#run.signal,
            onItem: ({ doneTokens, totalTokens }) => {
              readTokens = doneTokens;
              this.#passTokens = totalTokens;
              this.#tell(index, 'read', readTokens);
            },
          },
        ),
      );
      return { ...result, report: loaded.report };
    } finally {
      this.#passes++;
      this.#readTokens += readTokens;
    }
  }

  #tell(configuration: number | null, stage: PartProgress['stage'], readInPass: number): void {
    const total = this.#passCount * this.#passTokens;
    const done = this.#passes * this.#passTokens + readInPass;
    // A configuration that failed is done, but says nothing of the speed.
    const readTokens = this.#readTokens + readInPass;
    const spentMs = this.#startedAt === null ? 0 : performance.now() - this.#startedAt;
    this.#run.tell('fidelity', {
      configuration,
      stage,
      depthTokens: null,
      sequences: null,
      repetition: null,
      done,
      total,
      remainingMs: readTokens === 0 ? null : (spentMs / readTokens) * (total - done),
    });
  }
}

/** As many as the shortest context has room for: all have to read the same. One cell always stays free. */
function tokensForAll(readers: readonly Configuration[], tokens: number): number {
  const rooms = readers.flatMap(({ contextLength }) =>
    contextLength === 'auto' ? [] : [contextLength - 1],
  );
  return Math.max(fewestTokens, Math.min(tokens, ...rooms));
}

const fewestTokens = 2;

/** A place that no configuration has. */
const noiseIndex = -1;

function reader({ actual, threads, contextLength, options }: LoadReport) {
  return {
    threads,
    contextLength,
    batchSize: options.batchSize,
    kvBytes: actual.kvBytes,
    flashAttention: actual.flashAttention,
  };
}

async function emptyFile(path: string): Promise<void> {
  try {
    await using _file = await open(path, 'w', 0o600);
  } catch (thrown) {
    throw new AppError('storage-failed', `The file ${path} could not be made.`, {
      suggestion: 'Check that the disk has space and can be written to.',
      details: String(thrown),
      cause: thrown,
    });
  }
}
