import { basename } from 'node:path';
import type { AppContract } from '#shared/contract/app-contract.ts';
import { AppError } from '#shared/errors/app-error.ts';
import { formatPercent } from '#shared/metrics/format.ts';
import type { LoadReport } from '#shared/model/load.ts';
import type { Client } from '#shared/rpc/client.ts';
import type { ChatOptions } from './chat-options.ts';
import { figuresText, loadResult, type TurnReport, turnReport } from './chat-report.ts';
import { withHost } from './command-host.ts';
import { type Conversation, openConversation } from './conversation.ts';
import { exitCodes, reportFailure } from './failure.ts';
import type { Installation } from './installation.ts';
import { catchInterrupts, type Interrupts } from './interrupts.ts';
import { pathArgument } from './model-argument.ts';
import type { Terminal } from './terminal.ts';

/** What there is to report, also when a later turn fails. */
interface ChatResult {
  /** Undefined, and so left out of the JSON, until the model is loaded. */
  load: ReturnType<typeof loadResult> | undefined;
  readonly turns: TurnReport[];
}

/** Chats through the same host and engine as the app's, on data of its own. */
export async function runChat(
  file: string,
  options: ChatOptions,
  installation: Installation,
  terminal: Terminal,
): Promise<number> {
  const json = options.json ?? false;
  const interrupts = catchInterrupts();
  const result: ChatResult = { load: undefined, turns: [] };
  try {
    await withHost(installation, [interrupts.quit, terminal.readerGone], client =>
      holdConversations(client, file, options, interrupts, terminal, result),
    );
    if (json) terminal.writeLine(JSON.stringify(result));
    return interrupts.stop.aborted ? exitCodes.interrupted : exitCodes.success;
  } catch (thrown) {
    terminal.showProgress('');
    if (terminal.readerGone.aborted) return exitCodes.success;
    if (!interrupts.quit.aborted) reportFailure(thrown, terminal, json, result);
    return interrupts.stop.aborted ? exitCodes.interrupted : exitCodes.failure;
  } finally {
    interrupts[Symbol.dispose]();
  }
}

async function holdConversations(
  client: Client<AppContract>,
  file: string,
  options: ChatOptions,
  interrupts: Interrupts,
  terminal: Terminal,
  result: ChatResult,
): Promise<void> {
  const report = await loadModel(client, file, options, interrupts, terminal);
  result.load = loadResult(report);

  const conversations = options.separate
    ? options.prompt.map(prompt => [prompt])
    : [options.prompt];
  for (const prompts of conversations) {
    if (interrupts.stop.aborted) return;
    using conversation = await startConversation(client, options, terminal);
    for (const prompt of prompts) {
      if (interrupts.stop.aborted) return;
      const answer = await conversation.send(prompt, interrupts.stop);
      if (!options.json) terminal.writeLine('');
      if (answer.figures === null) {
        throw answer.error === null
          ? new AppError('internal', 'An answer ended without its figures.')
          : AppError.fromData(answer.error);
      }
      result.turns.push(turnReport(prompt, answer, answer.figures));
      if (!options.json) terminal.note(figuresText(answer.figures));
    }
  }
}

async function startConversation(
  client: Client<AppContract>,
  options: ChatOptions,
  terminal: Terminal,
): Promise<Conversation> {
  const { id } = await client.call('conversations.create', {});
  await client.call('conversations.update', {
    conversationId: id,
    systemPrompt: options.system,
    sampling: {
      maxTokens: options.gen,
      seed: options.seed,
      temperature: options.temperature,
    },
  });
  return await openConversation(client, id, (segment, text) => {
    if (options.json) return;
    if (segment === 'answer') terminal.writeAnswer(text);
    else terminal.writeThought(text);
  });
}

async function loadModel(
  client: Client<AppContract>,
  file: string,
  options: ChatOptions,
  interrupts: Interrupts,
  terminal: Terminal,
): Promise<LoadReport> {
  const cancel = () => {
    // The load itself then ends as cancelled, and that is what is reported.
    client.call('model.cancelLoad', {}).catch(() => {});
  };
  const progress = client.watch('model', model => {
    if (model.phase !== 'loading') return;
    const { stage, fraction } = model.progress;
    const part = fraction === null ? '' : ` ${formatPercent(fraction)}`;
    terminal.showProgress(`Loading ${basename(file)}: ${stage}${part}`);
  });
  interrupts.stop.addEventListener('abort', cancel, { once: true });
  try {
    return await client.call('model.load', {
      path: pathArgument(file),
      options: {
        backend: options.backend,
        contextLength: options.context,
        typeK: options.typeK,
        typeV: options.typeV,
        flashAttention: options.flashAttention,
        gpuLayers: options.gpuLayers,
        threads: options.threads,
        batchSize: options.batch,
        tokenPrediction: options.tokenPrediction,
      },
    });
  } finally {
    interrupts.stop.removeEventListener('abort', cancel);
    progress[Symbol.dispose]();
    terminal.showProgress('');
  }
}
