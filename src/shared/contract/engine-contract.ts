import { z } from 'zod';
import { cacheMapSchema, cacheTextsRequestSchema } from '../cache-map/cache-map.ts';
import { segmentSchema } from '../chat/conversation.ts';
import { conversationIdSchema, messageIdSchema } from '../chat/conversation-ids.ts';
import { overflowPolicySchema } from '../chat/overflow.ts';
import { samplingSchema } from '../chat/sampling.ts';
import { turnProgressSchema } from '../chat/turn-progress.ts';
import {
  fidelityPassSchema,
  passProgressSchema,
  passResultSchema,
} from '../compare/fidelity-pass.ts';
import { memoryBandwidthSchema } from '../compare/memory-bandwidth.ts';
import { outputMeasurementSchema, outputProgressSchema } from '../compare/output-measurement.ts';
import { outputsTestSchema } from '../compare/outputs.ts';
import {
  parallelMeasurementRequestSchema,
  parallelMeasurementSchema,
  parallelStageSchema,
} from '../compare/parallel-measurement.ts';
import {
  speedMeasurementRequestSchema,
  speedMeasurementSchema,
  speedStageSchema,
} from '../compare/speed-measurement.ts';
import {
  fitBasisSchema,
  fitBytesRequestSchema,
  fitBytesSchema,
  fitQuestionSchema,
  fitRowSchema,
} from '../fit/fit.ts';
import { engineMemorySchema } from '../metrics/memory-sample.ts';
import { telemetrySampleSchema } from '../metrics/telemetry.ts';
import { restoredCacheSchema, turnFiguresSchema } from '../metrics/turn-figures.ts';
import { turnForecastSchema } from '../metrics/turn-forecast.ts';
import {
  loadOptionsSchema,
  loadPlanSchema,
  loadProgressSchema,
  loadReportSchema,
} from '../model/load.ts';
import { modelDescriptionSchema } from '../model/model-description.ts';
import { call, signal, stream } from '../rpc/contract.ts';
import { cacheHolderSchema, snapshotSchema } from '../snapshot/snapshot.ts';
import {
  predictionMeasurementRequestSchema,
  predictionMeasurementSchema,
} from '../tune/prediction-measurement.ts';
import { slowMotionSchema } from './settings.ts';

/** A message of the prompt. Its id lets the engine find the very tokens that it generated for it. */
export const promptMessageSchema = z.object({
  id: messageIdSchema,
  role: z.enum(['user', 'assistant']),
  text: z.string(),
  reasoning: z.string(),
});
export type PromptMessage = z.infer<typeof promptMessageSchema>;

export const turnRequestSchema = z.object({
  conversationId: conversationIdSchema,
  /** The id that the answer will have. */
  answerId: messageIdSchema,
  systemPrompt: z.string(),
  /** Oldest first; the last one is the user's, or the answer so far where that is continued. */
  messages: z.array(promptMessageSchema).min(1),
  /**
   * The last of the messages is the beginning of this very answer (role `assistant`, with the answer's
   * id): the engine writes on from its end and sends only what is new.
   */
  continues: z.boolean().default(false),
  /** What to do where the prompt is too long, and which messages an earlier turn left out for it. */
  overflow: z
    .object({ policy: overflowPolicySchema, omitted: z.array(messageIdSchema) })
    .default({ policy: 'stop', omitted: [] }),
  sampling: samplingSchema,
  /** Whether to measure `openingProbability`: costs a pass over the vocabulary per token. */
  measuresOpening: z.boolean(),
});
export type TurnRequest = z.infer<typeof turnRequestSchema>;

export const turnPacketSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('progress'), progress: turnProgressSchema }),
  /** Text of one or more tokens, conflated to at most 10 packets a second. */
  z.object({ type: z.literal('text'), segment: segmentSchema, text: z.string() }),
]);
export type TurnPacket = z.infer<typeof turnPacketSchema>;

/** A turn that might be. */
export const forecastRequestSchema = turnRequestSchema.pick({
  conversationId: true,
  systemPrompt: true,
  messages: true,
  continues: true,
  overflow: true,
});
export type ForecastRequest = z.output<typeof forecastRequestSchema>;

const planRequestSchema = z.object({ path: z.string().min(1), options: loadOptionsSchema });

/** What the host may ask of the engine process. */
export const engineContract = {
  /** The first sign of life; the host's ready deadline waits for this. No backend is loaded for it. */
  'engine.hello': call(z.object({}), z.object({ bindingsRelease: z.string(), processId: z.int() })),
  'model.describe': call(z.object({ path: z.string().min(1) }), modelDescriptionSchema),
  'model.plan': call(planRequestSchema, loadPlanSchema),
  /** Row after row; ends with what all rows have in common. */
  'model.fit': stream(fitQuestionSchema, fitRowSchema, fitBasisSchema),
  /** What other caches would take, in the order of the setups. */
  'model.fitBytes': call(fitBytesRequestSchema, z.array(fitBytesSchema)),
  /** Keeps the weights when only the context differs. Cancelling leaves the previous model loaded or, past that point, none. */
  'model.load': stream(planRequestSchema, loadProgressSchema, loadReportSchema),
  'model.unload': call(z.object({}), z.null()),
  /** What is loaded, null when nothing is. Waits for a load that is still ending (a cancelled one, say). */
  'model.current': call(z.object({}), loadReportSchema.nullable()),
  /** Ends with the figures also when cancelled: what was generated counts. */
  'turn.run': stream(turnRequestSchema, turnPacketSchema, turnFiguresSchema),
  /** Stops the running turn with this answer; the stream then ends by itself with its figures. */
  'turn.stop': call(z.object({ answerId: messageIdSchema }), z.null()),
  /** Holds generation back from now on, in a running turn too; null: as fast as it goes. */
  'turn.pace': call(z.object({ tokensPerSecond: slowMotionSchema }), z.null()),
  /** What a turn with these messages would have to read. Changes nothing; refused while a turn runs. */
  'turn.forecast': call(forecastRequestSchema, turnForecastSchema),
  /** Whose cells are in the cache; null before the first turn of a context. Waits for snapshots under way. */
  'snapshot.holder': call(z.object({}), cacheHolderSchema.nullable()),
  /**
   * Writes the cells to a new file, of which nothing is left when that fails. Like a turn, it waits for
   * what was asked of the model before. Null where the cells hold another conversation by then.
   */
  'snapshot.save': call(
    z.object({ conversationId: conversationIdSchema, statePath: z.string().min(1) }),
    snapshotSchema.nullable(),
  ),
  /** Fills the cells from a file that agrees with the snapshot; else refuses, and leaves them as they are. */
  'snapshot.restore': call(
    z.object({ snapshot: snapshotSchema, statePath: z.string().min(1) }),
    restoredCacheSchema,
  ),
  /** Prefill and decode at one depth. Takes the cells, and leaves them empty, also when it is cancelled. */
  'measure.speed': stream(
    speedMeasurementRequestSchema,
    z.object({ stage: speedStageSchema }),
    speedMeasurementSchema,
  ),
  /** How fast memory is read by so many threads; null where too little is free to tell. */
  'measure.bandwidth': call(
    z.object({ threads: z.int().positive() }),
    memoryBandwidthSchema.nullable(),
  ),
  /**
   * Reads a text teacher-forced, from an empty cache, which is empty again afterwards. Like a turn, it
   * waits for what was asked of the model before.
   */
  'measure.fidelity': stream(fidelityPassSchema, passProgressSchema, passResultSchema),
  /**
   * An answer with or without token prediction, as the model was loaded. Takes the cells, and leaves them
   * empty. A stream, so that it can be cancelled; it tells nothing on the way.
   */
  'measure.prediction': stream(
    predictionMeasurementRequestSchema,
    z.never(),
    predictionMeasurementSchema,
  ),
  /** Answers a chat's first message greedily. Takes the cells, and leaves them empty. */
  'measure.outputs': stream(outputsTestSchema, outputProgressSchema, outputMeasurementSchema),
  /** All sequences of the context write at the same time. Takes the cells, and leaves them empty. */
  'measure.parallel': stream(
    parallelMeasurementRequestSchema,
    z.object({ stage: parallelStageSchema }),
    parallelMeasurementSchema,
  ),
  telemetry: signal(telemetrySampleSchema, { maxHz: 20 }),
  /** What the cells hold; null before the first turn of a context. */
  cacheMap: signal(cacheMapSchema.nullable(), { maxHz: 20 }),
  /** Texts of tokens in the cells, one for each; null where they hold something else meanwhile. */
  'cache.texts': call(cacheTextsRequestSchema, z.array(z.string()).nullable()),
  /** What is taken now. Takes microseconds; may be asked while a turn runs. */
  'memory.sample': call(z.object({}), engineMemorySchema),
} as const;

export type EngineContract = typeof engineContract;
