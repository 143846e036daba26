import { z } from 'zod';
import { messageIdSchema } from './conversation-ids.ts';

const toMessage = { messageId: messageIdSchema };

/** What a user could do next, for the question what it would cost. */
export const moveSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('send'), text: z.string() }),
  z.object({ kind: z.literal('edit'), ...toMessage, text: z.string() }),
  z.object({ kind: z.literal('regenerate'), ...toMessage }),
  z.object({ kind: z.literal('continue'), ...toMessage }),
  /** Costs nothing by itself, but the turn after it. */
  z.object({ kind: z.literal('delete-turn'), ...toMessage }),
  z.object({ kind: z.literal('select-branch'), ...toMessage }),
  z.object({ kind: z.literal('system-prompt'), text: z.string() }),
]);
export type Move = z.infer<typeof moveSchema>;
