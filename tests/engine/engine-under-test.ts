import { type ChildProcess, fork } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import type { z } from 'zod';
import type { samplingSchema } from '#shared/chat/sampling.ts';
import {
  type EngineContract,
  engineContract,
  type PromptMessage,
  type TurnPacket,
  type TurnRequest,
} from '#shared/contract/engine-contract.ts';
import type { TurnFigures } from '#shared/metrics/turn-figures.ts';
import type { LoadOptions, LoadProgress, LoadReport } from '#shared/model/load.ts';
import { type Client, createClient } from '#shared/rpc/client.ts';
import type { ValueOf } from '#shared/rpc/contract.ts';
import { createChildProcessPort } from '#shared/rpc/ports/child-process-port.ts';
import { ensureModel, type ModelName } from '#tools/models/catalog.ts';

const entry = join(import.meta.dirname, '..', '..', 'src', 'engine', 'engine.ts');

/** What a finished turn left behind. */
export interface Turn {
  readonly answerId: string;
  readonly text: string;
  readonly packets: readonly TurnPacket[];
  readonly figures: TurnFigures;
}

type SamplingInput = z.input<typeof samplingSchema>;

/** The real engine in its own process, as the host has it. Dispose it: that ends the process. */
export interface EngineUnderTest extends AsyncDisposable {
  readonly client: Client<EngineContract>;
  readonly process: ChildProcess;
  /** Everything the process has written to stderr. */
  stderr(): string;
  load(
    path: string,
    options?: Partial<LoadOptions>,
    control?: { signal?: AbortSignal; onProgress?: (progress: LoadProgress) => void },
  ): Promise<LoadReport>;
}

/**
 * With these an answer depends on the tokens alone. Flash attention on the CPU computes in another
 * order for other batch sizes, and a last bit more or less changes what a random model says next.
 */
export const reproducible = { typeK: 'f32', typeV: 'f32', flashAttention: 'off' } as const;

export function startEngine(): EngineUnderTest {
  const child = fork(entry, { stdio: ['ignore', 'ignore', 'pipe', 'ipc'] });
  let stderr = '';
  child.stderr?.on('data', chunk => {
    stderr += String(chunk);
  });
  const exited = new Promise<void>(resolve => child.once('exit', () => resolve()));
  const client = createClient(engineContract, createChildProcessPort(child));
  return {
    client,
    process: child,
    stderr: () => stderr,
    load: (path, options = {}, control = {}) =>
      client.stream(
        'model.load',
        { path, options: { backend: 'cpu', threads: 1, ...options } },
        {
          onItem(progress) {
            control.onProgress?.(progress);
          },
          ...(control.signal === undefined ? {} : { signal: control.signal }),
        },
      ),
    async [Symbol.asyncDispose]() {
      client.close();
      await exited;
    },
  };
}

export interface TurnControl {
  readonly sampling?: SamplingInput;
  readonly answerId?: string;
  readonly conversationId?: string;
  readonly systemPrompt?: string;
  readonly measuresOpening?: boolean;
  readonly continues?: boolean;
  readonly overflow?: TurnRequest['overflow'];
  onPacket?(packet: TurnPacket): void;
}

/** Loads a generated model so that its answers depend on the tokens alone. */
export async function loadReproducible(
  engine: EngineUnderTest,
  name: ModelName,
  contextLength: number,
  options: Partial<LoadOptions> = {},
): Promise<LoadReport> {
  const path = await ensureModel(name);
  return await engine.load(path, { contextLength, ...reproducible, ...options });
}

/** The newest value of a signal that is as wanted. */
export function untilSignal<K extends 'cacheMap' | 'telemetry'>(
  engine: EngineUnderTest,
  name: K,
  wanted: (value: ValueOf<EngineContract[K]>) => boolean,
): Promise<ValueOf<EngineContract[K]>> {
  const found = Promise.withResolvers<ValueOf<EngineContract[K]>>();
  const watch = engine.client.watch(name, value => {
    if (wanted(value)) found.resolve(value);
  });
  return found.promise.finally(() => watch[Symbol.dispose]());
}

/** Greedy and short unless told otherwise. */
export async function runTurn(
  engine: EngineUnderTest,
  messages: readonly PromptMessage[],
  control: TurnControl = {},
): Promise<Turn> {
  const answerId = control.answerId ?? randomUUID();
  const packets: TurnPacket[] = [];
  let text = '';
  const figures = await engine.client.stream(
    'turn.run',
    {
      conversationId: control.conversationId ?? randomUUID(),
      answerId,
      systemPrompt: control.systemPrompt ?? '',
      messages: [...messages],
      sampling: { temperature: 0, maxTokens: 24, ...control.sampling },
      measuresOpening: control.measuresOpening ?? false,
      continues: control.continues ?? false,
      ...(control.overflow === undefined ? {} : { overflow: control.overflow }),
    },
    {
      onItem(packet) {
        packets.push(packet);
        if (packet.type === 'text' && packet.segment === 'answer') text += packet.text;
        control.onPacket?.(packet);
      },
    },
  );
  return { answerId, text, packets, figures };
}

export function userMessage(text: string): PromptMessage {
  return { id: randomUUID(), role: 'user', text, reasoning: '' };
}

export function answerMessage(turn: Turn): PromptMessage {
  return { id: turn.answerId, role: 'assistant', text: turn.text, reasoning: '' };
}
