import { defineStage } from '@millrace/pipeline';
import { z } from 'zod';

/** The most bytes of a raw message that are read: attachments mostly come after the text, and only their names are wanted. */
export const MOST_READ = 512 * 1024;

const OneOf = ['raw', 'rawBase64', 'text'] as const;

/** A message as it comes in: RFC 822 as text (`raw`) or bytes (`rawBase64`: the safe choice, whatever its charset), or its parts as JSON. */
export const IncomingEmail = z
  .object({
    raw: z.string().optional(),
    rawBase64: z.string().optional(),
    /** An address, with or without a name: `Ada Lovelace <ada@example.com>`. */
    from: z.string().max(1_000).optional(),
    to: z.string().max(10_000).optional(),
    subject: z.string().max(10_000).optional(),
    text: z.string().optional(),
    messageId: z.string().max(1_000).optional(),
    date: z.string().max(100).optional(),
  })
  .refine((given) => OneOf.some((field) => given[field] !== undefined), {
    error: 'expected one of raw, rawBase64 and text',
    path: ['text'],
  })
  .meta({ anyOf: OneOf.map((field) => ({ required: [field] })) });
export type IncomingEmail = z.infer<typeof IncomingEmail>;

const Mailbox = z.object({ name: z.string().optional(), address: z.string() });

/** A mail that a customer passes on, as far as it is read. */
const Forwarded = z.object({
  from: z.string().optional(),
  subject: z.string().optional(),
  date: z.string().optional(),
  text: z.string(),
});

/** The mail as every later step reads it: who wrote what, in their new words only. */
export const CustomerEmail = z.object({
  from: Mailbox.optional(),
  /** The address to which the writer wants answers, when it is not `from`. */
  replyTo: z.string().optional(),
  subject: z.string(),
  /** The words that are new in this message: no quoted mails, no signature. The whole body where it has no such words. */
  text: z.string(),
  /** The whole body, when that is more than `text`. */
  fullText: z.string().optional(),
  /** The parts of the body that `text` lacks, in order, as far as people want to see them: quoted mails and the signature. */
  leftOut: z.array(z.string()).optional(),
  /** Mails that this one passes on: below a divider, or attached. */
  forwarded: z.array(Forwarded).optional(),
  messageId: z.string().optional(),
  /** RFC 3339. */
  date: z.string().optional(),
  attachments: z.array(z.object({ name: z.string(), type: z.string(), size: z.int().nonnegative() })),
  /** True when something was cut because the message is larger than this stage reads. */
  truncated: z.boolean(),
  /** Written by a machine (an absence notice, a bounce, a mailing list): never answered without a person. */
  automatic: z.boolean(),
  /** True when `text` may hold words that are not the writer's, or lack some that later steps should know: a person decides. */
  uncertain: z.boolean(),
  /** The reasons for the uncertainty, in sentences for people. */
  doubts: z.array(z.string()).optional(),
  /** ISO 639-1, when the text is long enough to tell. */
  language: z.string().optional(),
});
export type CustomerEmail = z.infer<typeof CustomerEmail>;

/** Turns a message as it came into the customer's own words, so that later steps need to know nothing of mail formats. */
export const intake = defineStage({
  name: 'intake',
  description: "Turns a message as it came into the customer's own words.",
  summary: 'Read “{subject}” from {from/address}{automatic?, written by a machine}',
  input: IncomingEmail,
  // One character more says that there was more; lines of base64 have ends.
  reads: { raw: MOST_READ + 1, rawBase64: 2 * MOST_READ },
  output: CustomerEmail,
});
