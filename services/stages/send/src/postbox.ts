import type { Reply } from './reply.js';

export interface Delivered {
  readonly via: 'outbox' | 'smtp';
  readonly path?: string;
}

/** Hands replies over. The same reply handed over again is the same mail: it has the same Message-ID. */
export abstract class Postbox {
  /** `from`: whom replies are from, as in `Support <support@bank.example>`. */
  constructor(readonly from: string) {}

  /** Resolves once the reply is safe with the next hop; rejects when `signal` fires. */
  abstract deliver(reply: Reply, signal: AbortSignal): Promise<Delivered>;
}

/** The reply as nodemailer takes it. A machine's answers say so (RFC 3834), so that other machines do not answer them. */
export function mailOf(reply: Reply, signal: AbortSignal) {
  const { messageId, from, to, subject, text, inReplyTo } = reply;
  return {
    messageId,
    from,
    to,
    subject,
    text,
    ...(inReplyTo !== undefined && { inReplyTo, references: inReplyTo }),
    headers: { 'Auto-Submitted': 'auto-replied' },
    disableFileAccess: true,
    disableUrlAccess: true,
    signal,
  };
}
