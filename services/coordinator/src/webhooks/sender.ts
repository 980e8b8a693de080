import { causeOf } from '@millrace/broker';
import { backOffMs, type WebhookType } from '@millrace/contracts';
import { timeoutSignal } from '@millrace/contracts/timers';
import type { DueDelivery, Store } from '@millrace/store';
import type { Telemetry } from '@millrace/telemetry';
import { Rounds } from '../rounds.js';
import { signatureOf } from './signature.js';

export interface WebhookOptions {
  readonly url: string;
  readonly key: Uint8Array;
  readonly types: ReadonlySet<WebhookType>;
}

interface Needs {
  readonly store: Pick<Store, 'deliveries'>;
  readonly telemetry: Pick<Telemetry, 'log'>;
  readonly now: () => number;
}

const POLL_MS = 500;
/** The most webhooks that are under way at once. */
const AT_ONCE = 20;
const TIMEOUT_MS = 10_000;
/** If the coordinator dies meanwhile, another one takes its webhooks after this time: longer than a try takes. */
const LEASE_MS = 30_000;
const BACK_OFF = { firstMs: 5_000, longestMs: 3_600_000 };
/** A webhook that nobody has taken for this long is given up. */
const KEEP_MS = 3 * 86_400_000;

/** Delivers webhooks, apart from everything else that the coordinator does: an endpoint that is slow or away holds up nothing but other webhooks. */
export class WebhookSender {
  private readonly rounds = new Rounds({
    firstMs: POLL_MS,
    round: async () => ((await this.round()) === AT_ONCE ? 1 : POLL_MS),
    failed: (error) => {
      this.needs.telemetry.log.warn({ err: error }, 'Webhooks could not be read or recorded; trying again.');
      return POLL_MS;
    },
  });

  constructor(
    private readonly options: WebhookOptions,
    private readonly needs: Needs,
  ) {}

  start(): this {
    this.rounds.start();
    return this;
  }

  stop(): Promise<void> {
    return this.rounds.stop();
  }

  /** Tries those that are due, once. Returns their number. */
  async round(): Promise<number> {
    const at = this.needs.now();
    const due = await this.needs.store.deliveries.takeDue({ at, until: at + LEASE_MS, limit: AT_ONCE });
    await Promise.all(due.map((delivery) => this.deliver(delivery)));
    return due.length;
  }

  private async deliver(delivery: DueDelivery): Promise<void> {
    const { store, telemetry, now } = this.needs;
    const { id, at, attempt, body } = delivery;
    const problem = await this.post(delivery);
    if (problem === undefined) return store.deliveries.forget([id]);
    const about = { webhook: id, type: body.type, attempt, ...problem };
    if (now() - at >= KEEP_MS) {
      telemetry.log.error(about, 'A webhook was not taken for three days: it is given up.');
      return store.deliveries.forget([id]);
    }
    telemetry.log.warn(about, 'A webhook was not taken; it is tried again.');
    // Those of an endpoint that was away do not come back all at once.
    const ms = backOffMs(BACK_OFF, attempt) * (0.8 + 0.4 * Math.random());
    await store.deliveries.postpone(id, now() + ms);
  }

  /** Returns what went wrong. What the endpoint answers beyond its status is not read. */
  private async post({ id, body }: DueDelivery): Promise<object | undefined> {
    const text = JSON.stringify(body);
    const timestamp = Math.floor(this.needs.now() / 1_000);
    const headers = {
      'content-type': 'application/json',
      'webhook-id': id,
      'webhook-timestamp': String(timestamp),
      'webhook-signature': signatureOf({ id, timestamp, body: text }, this.options.key),
    };
    const signal = AbortSignal.any([this.rounds.signal, timeoutSignal(TIMEOUT_MS)]);
    try {
      const answer = await fetch(this.options.url, { method: 'POST', headers, body: text, signal, redirect: 'manual' });
      await answer.body?.cancel();
      return answer.ok ? undefined : { status: answer.status };
    } catch (error) {
      return causeOf(error);
    }
  }
}
