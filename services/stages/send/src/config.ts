import { join } from 'node:path';
import { z } from 'zod';
import { FileOutbox } from './file-outbox.js';
import { Postbox } from './postbox.js';
import { SmtpPostbox } from './smtp-postbox.js';

export const config = z.object({
  SEND_FROM: z
    .string()
    .regex(/^[^<>\r\n]*<?[^\s<>@]+@[^\s<>@]+>?$/, 'expected an address, e.g. Support <support@bank.example>')
    .default('Support <support@localhost>')
    .describe('The sender of replies.'),
  SMTP_URL: z
    .string()
    .regex(/^smtps?:\/\/[^\s/]+/, 'expected smtp://user:password@host:587, or smtps://')
    .optional()
    .describe('The mail server. Without it replies are written to files.'),
  OUTBOX_DIR: z
    .string()
    .optional()
    .describe(
      'The folder to which replies are written while there is no mail server; `outbox` in `MILLRACE_DATA` unless set.',
    ),
  MILLRACE_DATA: z.string().default('./.millrace'),
});

/** A mail server where one is set, else files. */
function postboxFor({ SEND_FROM, SMTP_URL, OUTBOX_DIR, MILLRACE_DATA }: z.output<typeof config>): Postbox {
  if (SMTP_URL !== undefined) return new SmtpPostbox(SEND_FROM, SMTP_URL);
  return new FileOutbox(SEND_FROM, OUTBOX_DIR ?? join(MILLRACE_DATA, 'outbox'));
}

export const providers = (settings: z.output<typeof config>) => [
  { provide: Postbox, useFactory: () => postboxFor(settings) },
];
