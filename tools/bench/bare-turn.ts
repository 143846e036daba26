import { z } from 'zod';

/** What the bare loop loads: its first argument, as JSON. */
export const bareSetupSchema = z.object({
  modelPath: z.string(),
  contextLength: z.int(),
  threads: z.int(),
  batchSize: z.int(),
});
export type BareSetup = z.infer<typeof bareSetupSchema>;

/** One turn that it is asked for. */
const bareTurnSchema = z.object({
  kind: z.literal('turn'),
  /** As the model reads it, control tokens included. */
  prompt: z.string(),
  /** To generate, no matter what they are. */
  tokens: z.int(),
});

/** What it answers. */
export const bareResultSchema = z.object({
  tokensPerSecond: z.number(),
  /** Median time between two tokens. */
  gapMs: z.number(),
  promptTokens: z.int(),
  text: z.string(),
});
export type BareResult = z.infer<typeof bareResultSchema>;

/** One prompt read and some tokens generated, each behind so many others. */
const bareSpeedSchema = z.object({
  kind: z.literal('speed'),
  depthTokens: z.int(),
  promptTokens: z.int(),
  generatedTokens: z.int(),
});

export const bareRequestSchema = z.discriminatedUnion('kind', [bareTurnSchema, bareSpeedSchema]);
export type BareRequest = z.infer<typeof bareRequestSchema>;

export const bareSpeedResultSchema = z.object({
  prefillMs: z.number(),
  /** Of every generated token. */
  gapsMs: z.array(z.number()),
});
export type BareSpeedResult = z.infer<typeof bareSpeedResultSchema>;
