import { createTransport } from 'nodemailer';
import { StageFailure } from '@millrace/stage';
import { type Delivered, mailOf, Postbox } from './postbox.js';
import type { Reply } from './reply.js';

const TIMEOUTS = { connectionTimeout: 10_000, greetingTimeout: 10_000, socketTimeout: 20_000 };

/**
 * Hands replies to a mail server. A server that took a mail and died before it said so gets it again with the same
 * Message-ID, by which mailboxes know it.
 */
export class SmtpPostbox extends Postbox {
  private readonly server;

  /** `url`: smtp://user:password@host:587, or smtps:// for TLS from the start. */
  constructor(from: string, url: string) {
    super(from);
    this.server = createTransport({ url, ...TIMEOUTS });
  }

  async deliver(reply: Reply, signal: AbortSignal): Promise<Delivered> {
    try {
      await this.server.sendMail(mailOf(reply, signal));
      return { via: 'smtp' };
    } catch (error) {
      throw failureOf(error);
    }
  }
}

/** Says what the server answered by its number only: its words may quote the recipient. */
function failureOf(cause: unknown): StageFailure {
  const { responseCode, permanent, code } = cause as { responseCode?: number; permanent?: boolean; code?: string };
  if (permanent === true && code !== 'EAUTH') {
    return new StageFailure('MAIL_REFUSED', `The mail server refused the reply (${responseCode}).`, {
      kind: 'permanent',
      cause,
    });
  }
  const why = responseCode ?? code ?? 'no answer';
  return new StageFailure('MAIL_SERVER_UNAVAILABLE', `The mail server did not take the reply (${why}).`, {
    kind: 'transient',
    cause,
  });
}
