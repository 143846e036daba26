import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { type AppInfo, appContract } from '#shared/contract/app-contract.ts';
import { AppError } from '#shared/errors/app-error.ts';
import type { Port } from '#shared/rpc/port.ts';
import { serve } from '#shared/rpc/server.ts';
import { createChatService } from './chat/chat-service.ts';
import { createFollowers } from './chat/followers.ts';
import { ProgressWatchdog } from './chat/progress-watchdog.ts';
import { createCompareService } from './compare/compare-service.ts';
import { type MeasurementFolder, openMeasurementFolder } from './compare/measurement-folder.ts';
import { createMeasurements } from './compare/measurements.ts';
import { createSavedComparisons } from './compare/saved-comparisons.ts';
import { createConversationService } from './conversations/conversation-service.ts';
import { lockDataDirectory } from './data-lock.ts';
import type { EngineLauncher } from './engine/engine-process.ts';
import { keepSlowMotion } from './engine/keep-slow-motion.ts';
import { createEngineSupervisor } from './engine/supervisor.ts';
import { createMemoryService } from './memory/memory-service.ts';
import { createModelService, type ModelService } from './model/model-service.ts';
import { createRoutes } from './routes.ts';
import { openSettings, type SettingsService } from './settings/settings-service.ts';
import { openSnapshotFiles, type SnapshotFiles } from './snapshots/snapshot-files.ts';
import { createSnapshotService, type SnapshotService } from './snapshots/snapshot-service.ts';
import { openStore, type Store } from './store/store.ts';
import { createTuneService } from './tune/tune-service.ts';

export interface HostOptions {
  /** Holds the conversations and the settings; created when missing. */
  readonly dataDirectory: string;
  readonly shell: AppInfo['shell'];
  readonly version: string;
  readonly builtInModelPath: string | null;
  readonly launchEngine: EngineLauncher;
  /** undefined: the last used model, else the built-in one; null: load nothing at launch. */
  readonly initialModelPath?: string | null;
  /** Whether cells are saved to the data folder; true unless told otherwise. */
  readonly keepsSnapshots?: boolean;
  /** The system's file dialog, where the shell has one; null when it was closed without a choice. */
  readonly pickFile?: () => Promise<string | null>;
  /** How long the engine may make no progress in a turn before that is told; 30 s when left out. */
  readonly quietMs?: number;
}

/** The app without a window. Disposing ends running answers, the engine and every connection. */
export interface Host extends AsyncDisposable {
  /** Serves the app contract on this port until it closes. Any number of ports at once. */
  connect(port: Port): void;
}

/**
 * Opens the user's data, starts the engine and the load of the first model, and returns without
 * waiting for either of them: both are signals of the contract.
 *
 * @throws AppError `storage-failed`, naming the file and what to do about it; `busy` when another
 * host has the folder
 */
export async function createHost(options: HostOptions): Promise<Host> {
  const dataDirectory = resolve(options.dataDirectory);
  await createDirectory(dataDirectory);
  const { settings, store, snapshotFiles, measurementFolder, closeData } =
    await openData(dataDirectory);

  const engine = createEngineSupervisor(options.launchEngine);
  const followers = createFollowers();
  const conversations = createConversationService(store.conversations, followers, settings);
  const snapshots: SnapshotService = createSnapshotService({
    files: snapshotFiles,
    held: engine.cacheMap.get,
    model: () => model.now(),
    isAnswering: () => chat.isAnswering(),
    openConversations: followers.open.get,
    exists: conversationId => store.conversations.find(conversationId) !== null,
    budget: () => (options.keepsSnapshots === false ? 0 : settings.current.get().snapshotBudget),
  });
  const chat = createChatService({
    store: store.conversations,
    conversations,
    followers,
    model: () => model,
    cells: snapshots,
    watchdog: new ProgressWatchdog(engine.telemetry, options.quietMs),
    defaultSystemPrompt: () => settings.current.get().systemPrompt,
  });
  const model: ModelService = createModelService({
    engine,
    settings,
    loads: store.loads,
    builtInModelPath: options.builtInModelPath,
    isAnswering: chat.isAnswering,
    keepCells: snapshots.keepCells,
  });
  const measurements = createMeasurements(model, measurementFolder);
  const compare = createCompareService({
    measurements,
    appVersion: options.version,
    conversation: id => ({
      title: conversations.get(id).conversation.title,
      messages: chat.transcript(id),
    }),
  });
  const tune = createTuneService({ model, measurements, appVersion: options.version });
  const routes = createRoutes({
    info: {
      version: options.version,
      shell: options.shell,
      platform: process.platform,
      dataDirectory,
      builtInModelPath: options.builtInModelPath,
      nativeFileDialog: options.pickFile !== undefined,
    },
    engine,
    memory: createMemoryService(engine),
    model,
    compare,
    comparisons: createSavedComparisons(store.comparisons),
    tune,
    settings,
    conversations,
    chat,
    snapshots,
    pickFile: options.pickFile,
  });
  const ports = new Set<Port>();

  keepSlowMotion(engine, settings);
  let { snapshotBudget } = settings.current.get();
  settings.current.subscribe(now => {
    if (now.snapshotBudget === snapshotBudget) return;
    snapshotBudget = now.snapshotBudget;
    snapshots.trim();
  });
  followers.open.subscribe(snapshots.review);
  model.state.subscribe(({ phase }) => {
    if (phase === 'loaded') snapshots.review();
  });
  engine.start();
  const { initialModelPath = settings.current.get().lastModelPath ?? options.builtInModelPath } =
    options;
  // A failure is part of the model's state, where every window sees it.
  if (initialModelPath !== null) model.loadRemembered(initialModelPath).catch(() => {});

  let closed: Promise<void> | undefined;
  async function close(): Promise<void> {
    chat.failAll(closedWhileAnswering);
    for (const port of [...ports]) port.close();
    await snapshots.keepCells();
    await engine[Symbol.asyncDispose]();
    await measurements.settled();
    await settings.settled();
    closeData();
  }

  return {
    connect(port) {
      if (closed !== undefined) {
        port.close();
        return;
      }
      ports.add(port);
      port.onClose(() => ports.delete(port));
      serve(appContract, port, routes);
    },

    [Symbol.asyncDispose]() {
      closed ??= close();
      return closed;
    },
  };
}

interface OpenData {
  readonly settings: SettingsService;
  readonly store: Store;
  readonly snapshotFiles: SnapshotFiles;
  readonly measurementFolder: MeasurementFolder;
  closeData(): void;
}

async function openData(directory: string): Promise<OpenData> {
  const lock = lockDataDirectory(directory);
  let store: Store | undefined;
  const closeData = () => {
    store?.[Symbol.dispose]();
    lock[Symbol.dispose]();
  };
  try {
    const settings = await openSettings(join(directory, 'settings.json'));
    store = openStore(join(directory, 'conversations.db'));
    // Before anybody can start a new one: whatever runs now was left behind by an earlier run.
    store.conversations.failRunning(closedWhileAnswering);
    const { conversations } = store;
    const snapshotFiles = await openSnapshotFiles(
      join(directory, 'snapshots'),
      conversationId => conversations.find(conversationId) !== null,
    );
    const measurementFolder = await openMeasurementFolder(directory);
    return { settings, store, snapshotFiles, measurementFolder, closeData };
  } catch (thrown) {
    closeData();
    throw thrown;
  }
}

async function createDirectory(path: string): Promise<void> {
  try {
    // Conversations are nobody else's business on a shared machine.
    await mkdir(path, { recursive: true, mode: 0o700 });
  } catch (thrown) {
    throw new AppError('storage-failed', `The data folder ${path} could not be created.`, {
      suggestion:
        'Give your user the right to write there, or set HEADROOM_DATA to another folder.',
      details: String(thrown),
      cause: thrown,
    });
  }
}

const closedWhileAnswering = new AppError(
  'cancelled',
  'Headroom was closed while this answer was being written.',
  { suggestion: 'Send the message again for a whole answer.' },
).data;
