import { z } from 'zod';
import { cacheMapSchema, cacheTextsRequestSchema } from '../cache-map/cache-map.ts';
import {
  conversationSchema,
  conversationSummarySchema,
  exportFormatSchema,
} from '../chat/conversation.ts';
import { conversationIdSchema, messageIdSchema } from '../chat/conversation-ids.ts';
import { followEventSchema } from '../chat/follow-event.ts';
import { moveSchema } from '../chat/move.ts';
import { overflowPolicySchema } from '../chat/overflow.ts';
import { samplingSchema } from '../chat/sampling.ts';
import { comparisonRequestSchema, comparisonResultSchema } from '../compare/comparison.ts';
import { comparisonProgressSchema } from '../compare/progress.ts';
import {
  comparisonChangesSchema,
  comparisonIdSchema,
  savedComparisonSchema,
} from '../compare/saved-comparison.ts';
import {
  fitBasisSchema,
  fitBytesRequestSchema,
  fitBytesSchema,
  fitQuestionSchema,
  fitRowSchema,
} from '../fit/fit.ts';
import { engineStateSchema } from '../lifecycle/engine-state.ts';
import { modelStateSchema } from '../lifecycle/model-state.ts';
import { memorySampleSchema } from '../metrics/memory-sample.ts';
import { telemetrySampleSchema } from '../metrics/telemetry.ts';
import { turnForecastSchema } from '../metrics/turn-forecast.ts';
import { loadOptionsSchema, loadPlanSchema, loadReportSchema } from '../model/load.ts';
import { loadRecordSchema } from '../model/load-record.ts';
import { modelDescriptionSchema } from '../model/model-description.ts';
import { call, signal, stream } from '../rpc/contract.ts';
import { snapshotStateSchema } from '../snapshot/snapshot-state.ts';
import { tuneProgressSchema, tuneRequestSchema, tuneResultSchema } from '../tune/tune.ts';
import { settingsSchema, slowMotionSchema } from './settings.ts';

const nothing = z.object({});
const done = z.null();
const conversationOnly = z.object({ conversationId: conversationIdSchema });
const messageOnly = conversationOnly.extend({ messageId: messageIdSchema });
const comparisonOnly = z.object({ id: comparisonIdSchema });
const modelRequest = z.object({ path: z.string().min(1), options: loadOptionsSchema });

/** What a settings update may carry: any part, nothing else, and no default filled in. */
const settingsPatchSchema = z
  .object({
    theme: settingsSchema.shape.theme.unwrap(),
    systemPrompt: z.string(),
    sampling: samplingSchema,
    overflow: overflowPolicySchema,
    monitorOpen: z.boolean(),
    monitorWidth: settingsSchema.shape.monitorWidth.unwrap(),
    sidebarOpen: z.boolean(),
    slowMotion: slowMotionSchema,
    snapshotBudget: settingsSchema.shape.snapshotBudget.unwrap(),
  })
  .partial()
  .strict();

export const appInfoSchema = z.object({
  version: z.string(),
  shell: z.enum(['electron', 'browser', 'command-line']),
  platform: z.string(),
  dataDirectory: z.string(),
  /** Where the model that ships with the app lies; null when it is missing. */
  builtInModelPath: z.string().nullable(),
  /** Whether `files.pick` can open the system's file dialog. */
  nativeFileDialog: z.boolean(),
});
export type AppInfo = z.infer<typeof appInfoSchema>;

export const fileEntrySchema = z.object({
  name: z.string(),
  path: z.string(),
  kind: z.enum(['directory', 'model']),
  /** Of a model file; null for directories. */
  bytes: z.int().nonnegative().nullable(),
});
export type FileEntry = z.infer<typeof fileEntrySchema>;

/** Blank lines around a message are dropped; the indentation of its first line may be code. */
const messageTextSchema = z
  .string()
  .regex(/\S/, 'the message is empty')
  .overwrite(text => text.trimEnd().replace(/^(?:[^\S\n]*\n)+/, ''));

/** What the page (or any other front end) may ask of the host. */
export const appContract = {
  'app.info': call(nothing, appInfoSchema),

  engine: signal(engineStateSchema, { maxHz: 20 }),
  model: signal(modelStateSchema, { maxHz: 20 }),
  telemetry: signal(telemetrySampleSchema.nullable(), { maxHz: 20 }),
  /** What the cells hold; null before the first turn of a context, and while there is no engine. */
  cacheMap: signal(cacheMapSchema.nullable(), { maxHz: 20 }),
  /** Chats whose cells are on the disk, and what became of them. */
  snapshots: signal(snapshotStateSchema, { maxHz: 10 }),
  settings: signal(settingsSchema, { maxHz: 20 }),
  /** Changes whenever the list of conversations does; fetch it again then. */
  'conversations.revision': signal(z.int().nonnegative(), { maxHz: 10 }),
  /** The same of the list of kept runs. */
  'comparisons.revision': signal(z.int().nonnegative(), { maxHz: 10 }),

  /**
   * Ends the engine whatever it does, a running answer included, and starts another one, which loads
   * the same model again. Answers at once; how it goes is in the signals `engine` and `model`.
   */
  'engine.restart': call(nothing, done),

  'settings.update': call(settingsPatchSchema, done),

  'model.describe': call(z.object({ path: z.string().min(1) }), modelDescriptionSchema),
  'model.plan': call(modelRequest, loadPlanSchema),
  /** Row after row; ends with what all rows have in common. */
  'model.fit': stream(fitQuestionSchema, fitRowSchema, fitBasisSchema),
  /** What other caches would take, in the order of the setups. */
  'model.fitBytes': call(fitBytesRequestSchema, z.array(fitBytesSchema)),
  /** Estimated and actual memory of the last loads of a file, newest first. */
  'model.loads': call(z.object({ path: z.string().min(1) }), z.array(loadRecordSchema)),
  /** Progress is in the `model` signal; answers when the load has ended. */
  'model.load': call(modelRequest, loadReportSchema),
  'model.cancelLoad': call(nothing, done),
  'model.unload': call(nothing, done),

  /**
   * Configurations of one model against each other. Messages wait meanwhile, and the chat's model is loaded
   * again afterwards. What one configuration fails for is in its place of the result; cancelling ends all of
   * it, and leaves nothing behind.
   */
  'compare.run': stream(comparisonRequestSchema, comparisonProgressSchema, comparisonResultSchema),
  /**
   * Looks for faster settings of one model, within limits. Messages wait meanwhile, as above; cancelling
   * leaves nothing behind. What a candidate is refused for, or the engine dies over, is in its trial.
   */
  'tune.run': stream(tuneRequestSchema, tuneProgressSchema, tuneResultSchema),

  /** Kept runs without their figures, those that began last first. */
  'comparisons.list': call(nothing, z.array(savedComparisonSchema)),
  /** Keeps a run under a name that the host gives it; answers when all of it is on the disk. */
  'comparisons.add': call(z.object({ result: comparisonResultSchema }), savedComparisonSchema),
  'comparisons.open': call(
    comparisonOnly,
    z.object({ saved: savedComparisonSchema, result: comparisonResultSchema }),
  ),
  'comparisons.update': call(comparisonChangesSchema, savedComparisonSchema),
  'comparisons.delete': call(comparisonOnly, done),

  /** Texts of tokens in the cells, one for each; null where they hold something else meanwhile. */
  'cache.texts': call(cacheTextsRequestSchema, z.array(z.string()).nullable()),

  /**
   * Saves the cells of a chat now, whatever its length. They are saved by themselves when another chat
   * is opened, when the model changes and at the end, and fill the cells again when the chat is opened.
   */
  'snapshot.save': call(conversationOnly, done),
  /** Null: of all chats. */
  'snapshot.delete': call(z.object({ conversationId: conversationIdSchema.nullable() }), done),

  /** A sample a second. Memory is sampled only while somebody watches: hold it open no longer than it is shown. */
  'memory.watch': stream(nothing, memorySampleSchema, done),

  /** Folders and .gguf files of one folder; null is the user's home. */
  'files.list': call(
    z.object({ directory: z.string().nullable() }),
    z.object({
      directory: z.string(),
      parent: z.string().nullable(),
      entries: z.array(fileEntrySchema),
    }),
  ),
  /** The system's dialog; null when it was closed without a choice. */
  'files.pick': call(nothing, z.object({ path: z.string().nullable() })),

  /** Newest first; `query` searches titles and messages. */
  'conversations.list': call(
    z.object({ query: z.string().max(200) }),
    z.array(conversationSummarySchema),
  ),
  'conversations.create': call(nothing, conversationSchema),
  'conversations.update': call(
    z.object({
      conversationId: conversationIdSchema,
      title: z.string().trim().min(1).max(200).optional(),
      systemPrompt: z.string().max(100_000).optional(),
      sampling: samplingSchema.optional(),
      overflow: overflowPolicySchema.optional(),
    }),
    conversationSchema,
  ),
  'conversations.delete': call(conversationOnly, done),
  'conversations.export': call(
    z.object({ conversationId: conversationIdSchema, format: exportFormatSchema }),
    z.object({ fileName: z.string(), text: z.string() }),
  ),

  /** Answers when the user's message is on disk; the answer then comes over `chat.follow`. */
  'chat.send': call(
    z.object({
      conversationId: conversationIdSchema,
      text: messageTextSchema,
    }),
    z.object({ userMessageId: messageIdSchema, answerId: messageIdSchema }),
  ),
  /**
   * A second version of a user's message, which the model answers. Whatever followed the first one
   * stays on a branch of its own. Refused as `busy`, like every move below, while the conversation has
   * an answer running or a message that waits for the model.
   */
  'chat.edit': call(
    messageOnly.extend({ text: messageTextSchema }),
    z.object({ userMessageId: messageIdSchema, answerId: messageIdSchema }),
  ),
  /** A second answer to the same question. */
  'chat.regenerate': call(messageOnly, z.object({ answerId: messageIdSchema })),
  /** Goes on with the last answer, one that ended early: the same message grows. */
  'chat.continue': call(messageOnly, done),
  /** Deletes a user's message with all of its answers; what follows them then follows what came before. */
  'chat.deleteTurn': call(messageOnly, done),
  /** Shows the branch through this message, as far as it was last shown. */
  'chat.selectBranch': call(messageOnly, done),
  /** What a move would have to read, before it is made; null: a conversation that does not exist yet. */
  'chat.forecast': call(
    z.object({ conversationId: conversationIdSchema.nullable(), move: moveSchema }),
    turnForecastSchema,
  ),
  /** Ends the running answer, or a message's wait for the model: its `chat.send` then is `cancelled`. */
  'chat.stop': call(conversationOnly, done),
  'chat.follow': stream(conversationOnly, followEventSchema, done),
} as const;

export type AppContract = typeof appContract;
