import { open } from 'node:fs/promises';
import { join } from 'node:path';
import {
  baselineTypes,
  type FidelityProgress,
  type FidelityRequest,
  type FidelityResult,
  type FidelityRow,
  type TypePair,
} from '#shared/compare/fidelity.ts';
import { fidelityFigures, perplexity } from '#shared/compare/fidelity-figures.ts';
import type { FidelityPass, PassProgress, PassResult } from '#shared/compare/fidelity-pass.ts';
import { sampleText } from '#shared/compare/sample-text.ts';
import { AppError, toErrorData } from '#shared/errors/app-error.ts';
import type { LoadOptions, LoadReport } from '#shared/model/load.ts';
import type { StreamContext } from '#shared/rpc/server.ts';
import { engineFailure } from '../engine/supervisor.ts';
import type { LentEngine, LentModel } from '../model/lent-engine.ts';

interface Pass extends PassResult {
  readonly report: LoadReport;
}

/**
 * Measures what other cache types change against f16, one configuration after the other: the baseline
 * first, f16 against itself last.
 *
 * @param folder for what the baseline expects
 * @throws AppError `cancelled`; whatever the baseline fails for: without it there is no result
 */
export async function measureFidelities(
  engine: LentEngine,
  request: FidelityRequest,
  folder: string,
  context: StreamContext<FidelityProgress>,
): Promise<FidelityResult> {
  const distributionsPath = join(folder, 'distributions');
  // Made here, and only opened by the engine: one that is late would bring it back after its removal.
  await emptyFile(distributionsPath);
  return await new FidelityRun(engine, distributionsPath, request, context).result();
}

class FidelityRun {
  readonly #engine: LentEngine;
  readonly #distributionsPath: string;
  readonly #request: FidelityRequest;
  readonly #context: StreamContext<FidelityProgress>;
  readonly #candidates: readonly TypePair[];
  #passes = 0;
  /** In all passes that are over. */
  #readTokens = 0;
  /** Of one pass; what was asked for, until the engine has counted. */
  #passTokens: number;
  /** When the first tokens were about to be read, on the host's clock. */
  #startedAt: number | null = null;

  constructor(
    engine: LentEngine,
    distributionsPath: string,
    request: FidelityRequest,
    context: StreamContext<FidelityProgress>,
  ) {
    this.#engine = engine;
    this.#distributionsPath = distributionsPath;
    this.#request = request;
    this.#context = context;
    this.#candidates = [...request.pairs.filter(pair => !isBaseline(pair)), baselineTypes];
    this.#passTokens = request.tokens - 1;
  }

  async result(): Promise<FidelityResult> {
    const baseline = await this.#pass(baselineTypes, 'baseline', this.#request.options.threads);
    const rows: FidelityRow[] = [];
    for (const pair of this.#candidates) rows.push(await this.#row(pair, baseline));
    return {
      ...runFacts(baseline, this.#request.text === null),
      baseline: {
        ...baselineTypes,
        ...reserved(baseline.report),
        perplexity: perplexity(baseline.reading.losses),
        reading: baseline.reading,
      },
      rows,
    };
  }

  async #row(pair: TypePair, baseline: Pass): Promise<FidelityRow> {
    try {
      // What calibration found for the baseline holds for all, so that only the types differ.
      const pass = await this.#pass(pair, 'candidate', baseline.report.threads);
      const { divergences } = pass;
      if (divergences === null) throw new AppError('internal', 'Nothing was compared.');
      const reading = { ...pass.reading, divergences };
      const figures = fidelityFigures(baseline.reading, reading);
      return { status: 'measured', ...pair, ...reserved(pass.report), ...figures, reading };
    } catch (thrown) {
      this.#context.signal.throwIfAborted();
      return { status: 'failed', ...pair, error: toErrorData(thrown) };
    }
  }

  async #pass(
    pair: TypePair,
    role: 'baseline' | 'candidate',
    threads: LoadOptions['threads'],
  ): Promise<Pass> {
    const { path, options, text, tokens } = this.#request;
    const { signal } = this.#context;
    let readTokens = 0;
    try {
      this.#report(pair, 'load', readTokens);
      const loadOptions = { ...ownContext(options, tokens), ...pair, threads };
      const loaded = await this.#engine.load({ path, options: loadOptions }, signal);
      this.#startedAt ??= performance.now();
      const pass = {
        text: text ?? sampleText,
        tokens,
        distributionsPath: this.#distributionsPath,
        role,
      };
      const result = await measure(loaded, pass, signal, ({ doneTokens, totalTokens }) => {
        readTokens = doneTokens;
        this.#passTokens = totalTokens;
        this.#report(pair, 'measure', readTokens);
      });
      return { ...result, report: loaded.report };
    } finally {
      this.#passes++;
      this.#readTokens += readTokens;
    }
  }

  #report(pair: TypePair, stage: FidelityProgress['stage'], readInPass: number): void {
    const configurations = this.#candidates.length + 1;
    const totalTokens = configurations * this.#passTokens;
    const doneTokens = this.#passes * this.#passTokens + readInPass;
    // A configuration that failed is done, but says nothing of the speed.
    const readTokens = this.#readTokens + readInPass;
    const spentMs = this.#startedAt === null ? 0 : performance.now() - this.#startedAt;
    void this.#context.emit({
      ...pair,
      stage,
      configuration: this.#passes + 1,
      configurations,
      doneTokens,
      totalTokens,
      remainingMs: readTokens === 0 ? null : (spentMs / readTokens) * (totalTokens - doneTokens),
    });
  }
}

async function measure(
  { session }: LentModel,
  pass: FidelityPass,
  signal: AbortSignal,
  onItem: (progress: PassProgress) => void,
): Promise<PassResult> {
  try {
    return await session.client.stream('measure.fidelity', pass, { signal, onItem });
  } catch (thrown) {
    throw AppError.fromData(await engineFailure(session, thrown));
  }
}

/** Just enough context for the text, and flash attention on for all: only the types are to differ. */
function ownContext(options: FidelityRequest['options'], tokens: number) {
  const { contextLength, flashAttention } = options;
  return {
    ...options,
    // One cell always stays free.
    contextLength: contextLength === 'auto' ? tokens + 1 : contextLength,
    flashAttention: flashAttention === 'auto' ? ('on' as const) : flashAttention,
  };
}

function reserved({ actual }: LoadReport) {
  return { kvBytes: actual.kvBytes, flashAttention: actual.flashAttention };
}

function isBaseline({ typeK, typeV }: TypePair): boolean {
  return typeK === baselineTypes.typeK && typeV === baselineTypes.typeV;
}

/** What has to be known to repeat the run. */
function runFacts({ report, ...pass }: Pass, builtIn: boolean) {
  const { backend, devices, gpuLayers, threads, contextLength, options } = report;
  const { path, name, fileBytes } = report.planned.model;
  return {
    model: { path, name, fileBytes, fingerprint: pass.modelFingerprint },
    backend,
    devices,
    gpuLayers,
    threads,
    batchSize: options.batchSize,
    contextLength,
    bindingsRelease: report.bindingsRelease,
    llamaCppRelease: report.llamaCppRelease,
    text: { builtIn, sha256: pass.textSha256, expected: pass.expected },
    measuredAt: Date.now(),
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
