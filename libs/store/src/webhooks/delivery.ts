import type { WebhookBody } from '@millrace/contracts';

/** A webhook that has to be delivered. The same id twice is one webhook. */
export interface Delivery {
  readonly id: string;
  /** The run that it is about; undefined for a dead letter of no run. */
  readonly run: string | undefined;
  readonly at: number;
  readonly body: WebhookBody;
}
