import { z } from 'zod';
import { appErrorSchema } from '../errors/app-error.ts';

/** Requests carry an id chosen by the client, never reused on that port. */
const id = z.int().nonnegative();
const name = z.string().max(100);

export const clientPacketSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('call'), id, name, input: z.unknown() }),
  z.object({ type: z.literal('open'), id, name, input: z.unknown(), credits: z.int().positive() }),
  z.object({ type: z.literal('grant'), id, credits: z.int().positive() }),
  z.object({ type: z.literal('cancel'), id }),
  z.object({ type: z.literal('watch'), id, name }),
  /** The receiver has taken in the last value and is ready for the next. */
  z.object({ type: z.literal('seen'), id }),
  z.object({ type: z.literal('unwatch'), id }),
]);
export type ClientPacket = z.infer<typeof clientPacketSchema>;

export const serverPacketSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('result'), id, value: z.unknown() }),
  z.object({ type: z.literal('error'), id, error: appErrorSchema }),
  z.object({ type: z.literal('item'), id, value: z.unknown() }),
  z.object({ type: z.literal('end'), id, value: z.unknown() }),
  z.object({ type: z.literal('value'), id, value: z.unknown() }),
]);
export type ServerPacket = z.infer<typeof serverPacketSchema>;
