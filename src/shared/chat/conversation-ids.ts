import { z } from 'zod';

export const conversationIdSchema = z.uuid();
export const messageIdSchema = z.uuid();
