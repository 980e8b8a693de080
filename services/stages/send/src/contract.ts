import { defineStage } from '@millrace/pipeline';
import { z } from 'zod';

/** The message that is answered, as far as an answer needs it. */
const Original = z.object({
  from: z.object({ name: z.string().optional(), address: z.string() }).optional(),
  replyTo: z.string().optional(),
  subject: z.string().default(''),
  messageId: z.string().optional(),
});

/** Sends a reply to the writer of a message, once, so that a customer gets one answer however often the work is tried. */
export const send = defineStage({
  name: 'send',
  description: 'Sends a reply to the writer of a message, once.',
  summary: 'Replied to {to} by {via}',
  effects: true,
  input: z.object({ original: Original, text: z.string().min(1) }),
  output: z.object({
    messageId: z.string(),
    to: z.string(),
    via: z.enum(['outbox', 'smtp']),
    /** The file, when it went to the outbox. */
    path: z.string().optional(),
  }),
});
