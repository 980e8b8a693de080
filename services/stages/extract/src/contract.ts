import { defineStage } from '@millrace/pipeline';
import { z } from 'zod';

/** Finds the facts that a message names, so that people and later steps need not read for them. */
export const extract = defineStage({
  name: 'extract',
  description: 'Finds the facts that a message names.',
  summary: 'Issue: {issue}; amounts: {amounts}, dates: {dates}, accounts: {accountNumbers}',
  input: z.object({
    subject: z.string().default(''),
    text: z.string(),
    /** The time at which the message was written, RFC 3339: "yesterday" is the day before. Now, where it is not given. */
    date: z.string().optional(),
  }),
  output: z.object({
    customerName: z.string().optional(),
    product: z.string().optional(),
    /** The trouble in two or three words. */
    issue: z.string().optional(),
    accountNumbers: z.array(z.string()),
    /** Their last four digits only. */
    cardNumbers: z.array(z.string()),
    ibans: z.array(z.string()),
    /** Amounts with ISO 4217 codes. */
    amounts: z.array(z.object({ value: z.number(), currency: z.string() })),
    /** ISO 8601 days. */
    dates: z.array(z.string()),
    /** E.164. */
    phones: z.array(z.string()),
    emails: z.array(z.string()),
    model: z.string(),
    /** The code of the failure for which a local model answered in the language model's place. */
    fallback: z.string().optional(),
  }),
});
