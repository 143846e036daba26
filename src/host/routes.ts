import type { AppContract, AppInfo } from '#shared/contract/app-contract.ts';
import { AppError } from '#shared/errors/app-error.ts';
import type { Handlers } from '#shared/rpc/server.ts';
import type { ChatService } from './chat/chat-service.ts';
import type { CompareService } from './compare/compare-service.ts';
import type { SavedComparisons } from './compare/saved-comparisons.ts';
import type { ConversationService } from './conversations/conversation-service.ts';
import { exportConversation } from './conversations/export.ts';
import type { EngineSupervisor } from './engine/supervisor.ts';
import { listModelFiles } from './files/model-files.ts';
import type { MemoryService } from './memory/memory-service.ts';
import type { ModelService } from './model/model-service.ts';
import type { SettingsService } from './settings/settings-service.ts';
import type { SnapshotService } from './snapshots/snapshot-service.ts';
import type { TuneService } from './tune/tune-service.ts';

export interface HostServices {
  readonly info: AppInfo;
  readonly engine: EngineSupervisor;
  readonly memory: MemoryService;
  readonly model: ModelService;
  readonly compare: CompareService;
  readonly comparisons: SavedComparisons;
  readonly tune: TuneService;
  readonly settings: SettingsService;
  readonly conversations: ConversationService;
  readonly chat: ChatService;
  readonly snapshots: SnapshotService;
  /** The system's file dialog, where the shell has one. */
  readonly pickFile: (() => Promise<string | null>) | undefined;
}

/** The whole app contract, each entry handed to the service that owns it. */
export function createRoutes(services: HostServices): Handlers<AppContract> {
  const { engine, memory, model, compare, comparisons, tune, settings } = services;
  const { conversations, chat, snapshots, pickFile } = services;
  return {
    'app.info': () => services.info,

    engine: engine.state,
    model: model.state,
    telemetry: engine.telemetry,
    cacheMap: engine.cacheMap,
    snapshots: snapshots.state,
    settings: settings.current,
    'conversations.revision': conversations.revision,
    'comparisons.revision': comparisons.revision,

    'engine.restart': () => {
      engine.restart();
      return null;
    },

    'settings.update': async patch => {
      const given = Object.fromEntries(
        Object.entries(patch).filter(([, value]) => value !== undefined),
      );
      await settings.update(now => ({ ...now, ...given }));
      return null;
    },

    'model.describe': ({ path }) => model.describe(path),
    'model.plan': request => model.plan(request),
    'model.fit': (question, reader) => model.fit(question, reader),
    'model.fitBytes': request => model.fitBytes(request),
    'model.loads': ({ path }) => model.loads(path),
    'model.load': request => model.load(request),
    'model.cancelLoad': () => {
      model.cancelLoad();
      return null;
    },
    'model.unload': async () => {
      await model.unload();
      return null;
    },

    'compare.run': (request, reader) => compare.run(request, reader),
    'tune.run': (request, reader) => tune.run(request, reader),

    'comparisons.list': () => comparisons.list(),
    'comparisons.add': ({ result }) => comparisons.add(result),
    'comparisons.open': ({ id }) => comparisons.open(id),
    'comparisons.update': changes => comparisons.update(changes),
    'comparisons.delete': ({ id }) => {
      comparisons.delete(id);
      return null;
    },

    'cache.texts': request => model.cellTexts(request),

    'snapshot.save': async ({ conversationId }) => {
      await snapshots.save(conversationId);
      return null;
    },
    'snapshot.delete': async ({ conversationId }) => {
      if (conversationId === null) await snapshots.discardAll();
      else await snapshots.remove(conversationId);
      return null;
    },

    'memory.watch': (_input, watcher) => memory.watch(watcher),

    'files.list': ({ directory }) => listModelFiles(directory),
    'files.pick': async () => {
      if (pickFile === undefined) {
        throw new AppError('not-allowed', 'There is no system file dialog here.', {
          suggestion: 'Choose the file from the list of folders.',
        });
      }
      return { path: await pickFile() };
    },

    'conversations.list': ({ query }) => conversations.list(query),
    'conversations.create': () => conversations.create(),
    'conversations.update': update => conversations.update(update),
    'conversations.delete': async ({ conversationId }) => {
      // In this order: of a chat that is gone nothing may be left on the disk, and one that cannot be
      // deleted keeps its answer.
      await snapshots.discard(conversationId);
      conversations.delete(conversationId);
      chat.discard(conversationId);
      return null;
    },
    'conversations.export': ({ conversationId, format }) =>
      exportConversation(
        conversations.get(conversationId).conversation,
        chat.transcript(conversationId),
        format,
      ),

    'chat.send': ({ conversationId, text }) => chat.send(conversationId, text),
    'chat.edit': ({ conversationId, messageId, text }) =>
      chat.edit(conversationId, messageId, text),
    'chat.regenerate': ({ conversationId, messageId }) =>
      chat.regenerate(conversationId, messageId),
    'chat.continue': async ({ conversationId, messageId }) => {
      await chat.continueAnswer(conversationId, messageId);
      return null;
    },
    'chat.deleteTurn': async ({ conversationId, messageId }) => {
      // It holds what is deleted; in this order, so that no end of the process leaves it behind.
      await snapshots.discard(conversationId);
      chat.deleteTurn(conversationId, messageId);
      return null;
    },
    'chat.selectBranch': ({ conversationId, messageId }) => {
      chat.selectBranch(conversationId, messageId);
      return null;
    },
    'chat.forecast': ({ conversationId, move }) => chat.forecast(conversationId, move),
    'chat.stop': async ({ conversationId }) => {
      await chat.stop(conversationId);
      return null;
    },
    'chat.follow': ({ conversationId }, viewer) => chat.follow(conversationId, viewer),
  };
}
