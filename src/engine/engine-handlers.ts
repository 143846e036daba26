import { setImmediate } from 'node:timers/promises';
import { getModuleVersion } from 'node-llama-cpp';
import type { EngineContract, TurnRequest } from '#shared/contract/engine-contract.ts';
import { AppError } from '#shared/errors/app-error.ts';
import type { TurnFigures } from '#shared/metrics/turn-figures.ts';
import type { Handlers } from '#shared/rpc/server.ts';
import { ModelFit } from './fit/model-fit.ts';
import { readGgufFile } from './gguf/gguf-file.ts';
import { describeModel } from './gguf/model-description.ts';
import { Backends } from './loading/backend.ts';
import type { LoadedModel } from './loading/loaded-model.ts';
import { ModelSlot } from './loading/model-slot.ts';
import { measureFidelity } from './measure/fidelity.ts';
import { measureBandwidth } from './measure/memory-bandwidth.ts';
import { measureOutput } from './measure/outputs.ts';
import { measureParallel } from './measure/parallel.ts';
import { measurePrediction } from './measure/prediction.ts';
import { measureSpeed } from './measure/speed.ts';
import { CellMeter } from './metering/cell-meter.ts';
import { measureMemory } from './metering/memory-meter.ts';
import { TelemetryMeter } from './metering/telemetry-meter.ts';
import { cacheHolder, restoreSnapshot, saveSnapshot } from './snapshot/snapshot.ts';
import { SlowMotion } from './turn/slow-motion.ts';
import { runTurn } from './turn/turn.ts';
import { forecastTurn } from './turn/turn-forecast.ts';

interface RunningTurn {
  readonly conversationId: string;
  readonly abort: AbortController;
}

/** Everything the engine process does, behind the contract. One per process. */
export class Engine {
  readonly handlers: Handlers<EngineContract>;
  readonly #backends = new Backends();
  readonly #slot = new ModelSlot(this.#backends);
  readonly #fit = new ModelFit();
  readonly #telemetry = new TelemetryMeter();
  readonly #cells = new CellMeter();
  readonly #slowMotion = new SlowMotion();
  /** By answer id; the running one and those that wait for it. */
  readonly #turns = new Map<string, RunningTurn>();
  /** Settles when everything that was asked of the model before is over. */
  #lastUse: Promise<unknown> = Promise.resolve();
  /** A load or an unload, until it has ended. */
  #change: Promise<unknown> | undefined;

  constructor() {
    this.handlers = {
      'engine.hello': async () => ({
        bindingsRelease: await getModuleVersion(),
        processId: process.pid,
      }),
      'model.describe': async ({ path }) => describeModel(await readGgufFile(path)),
      'model.plan': async ({ path, options }) => {
        this.#refuseDuringChange();
        return await this.#slot.plan(path, options);
      },
      'model.fit': async (question, reader) =>
        await this.#fit.table(
          question,
          await this.#backends.open(question.backend),
          this.#slot.released(),
          reader,
        ),
      'model.fitBytes': async ({ question, setups }) =>
        await this.#fit.bytes(question, setups, await this.#backends.open(question.backend)),
      'model.load': ({ path, options }, { signal, emit }) =>
        this.#changeModel('loaded', () =>
          this.#slot.load(path, options, { signal, onProgress: progress => void emit(progress) }),
        ),
      'model.unload': () =>
        this.#changeModel('unloaded', async () => {
          await this.#slot.unload();
          return null;
        }),
      'model.current': async () => {
        await this.#change?.catch(() => {});
        return this.#slot.current?.report ?? null;
      },
      'turn.run': (request, { signal, emit }) =>
        this.#runTurn(request, signal, packet => void emit(packet)),
      'turn.stop': ({ answerId }) => {
        this.#turns.get(answerId)?.abort.abort();
        return null;
      },
      'turn.pace': ({ tokensPerSecond }) => {
        this.#slowMotion.tokensPerSecond = tokensPerSecond;
        return null;
      },
      'turn.forecast': async request => {
        // A turn that came together with it goes first: asking what it costs must not add to that.
        await setImmediate();
        if (this.#turns.size > 0) throw new AppError('busy', 'An answer is being generated.');
        await this.#lastUse;
        return forecastTurn(this.#model(), request);
      },
      'snapshot.holder': async () => {
        await this.#lastUse;
        return this.#slot.current === null ? null : cacheHolder(this.#slot.current);
      },
      'snapshot.save': ({ conversationId, statePath }) =>
        this.#useCells(model => saveSnapshot(model, conversationId, statePath)),
      'snapshot.restore': ({ snapshot, statePath }) =>
        this.#useCells(model => restoreSnapshot(model, snapshot, statePath)),
      'measure.speed': (request, { signal, emit }) =>
        this.#useCells(model =>
          measureSpeed(model, request, { signal, onStage: stage => void emit({ stage }) }),
        ),
      'measure.bandwidth': ({ threads }) => this.#inOrder(() => measureBandwidth(threads)),
      'measure.fidelity': (pass, context) =>
        this.#useCells(model => measureFidelity(model, pass, context)),
      'measure.prediction': (request, { signal }) =>
        this.#useCells(model => measurePrediction(model, request, signal)),
      'measure.outputs': (test, context) =>
        this.#useCells(model => measureOutput(model, test, context)),
      'measure.parallel': (request, { signal, emit }) =>
        this.#useCells(model =>
          measureParallel(model, request, { signal, onStage: stage => void emit({ stage }) }),
        ),
      telemetry: this.#telemetry.signal,
      cacheMap: this.#cells.signal,
      'cache.texts': request => this.#cells.texts(this.#slot.current, request),
      'memory.sample': () => measureMemory(this.#slot.current),
    };
  }

  async #changeModel<T>(what: string, change: () => Promise<T>): Promise<T> {
    this.#refuseDuringChange();
    if (this.#turns.size > 0) {
      throw new AppError('busy', `No model can be ${what} while an answer is being generated.`, {
        suggestion: 'Stop the answer, or wait for its end.',
      });
    }
    const running = this.#inOrder(change);
    this.#change = running;
    try {
      return await running;
    } finally {
      this.#change = undefined;
      this.#cells.show(this.#slot.current);
      this.#telemetry.idle(this.#slot.current?.fill() ?? null);
    }
  }

  /** Snapshots, measurements and turns use the same cells. */
  async #useCells<T>(use: (model: LoadedModel) => Promise<T>): Promise<T> {
    this.#refuseDuringChange();
    return await this.#inOrder(async () => {
      const model = this.#model();
      try {
        return await use(model);
      } finally {
        this.#cells.show(model);
        this.#telemetry.idle(model.fill());
      }
    });
  }

  /** Runs what uses the model once everything that was asked of it before is over. */
  #inOrder<T>(use: () => Promise<T>): Promise<T> {
    const running = this.#lastUse.then(use);
    this.#lastUse = running.catch(() => {});
    return running;
  }

  /** @throws AppError `no-model` */
  #model(): LoadedModel {
    if (this.#slot.current !== null) return this.#slot.current;
    throw new AppError('no-model', 'No model is loaded.', {
      suggestion: 'Load a model, then send the message again.',
    });
  }

  #refuseDuringChange(): void {
    if (this.#change === undefined) return;
    throw new AppError('busy', 'Another model is being loaded or unloaded at the moment.', {
      suggestion: 'Wait for its end, or cancel it.',
    });
  }

  async #runTurn(
    request: TurnRequest,
    cancelled: AbortSignal,
    emit: Parameters<typeof runTurn>[2]['emit'],
  ): Promise<TurnFigures> {
    const receivedAt = performance.now();
    this.#refuseDuringChange();
    const running = [...this.#turns.values()];
    if (running.some(turn => turn.conversationId === request.conversationId)) {
      throw new AppError('busy', 'An answer is already being generated in this conversation.', {
        suggestion: 'Stop it, or wait for its end.',
      });
    }
    const abort = new AbortController();
    const signal = AbortSignal.any([cancelled, abort.signal]);
    this.#turns.set(request.answerId, { conversationId: request.conversationId, abort });
    if (running.length > 0) emit({ type: 'progress', progress: { phase: 'queued' } });
    const turn = this.#inOrder(async () => {
      const model = this.#model();
      return await runTurn(model, request, {
        signal,
        emit,
        telemetry: this.#telemetry,
        receivedAt,
        slowMotion: this.#slowMotion,
        onRecord: () => this.#cells.show(model),
      });
    });
    try {
      return await turn;
    } finally {
      this.#turns.delete(request.answerId);
      this.#telemetry.idle(this.#slot.current?.fill() ?? null);
    }
  }
}
