import { startTimer, type Timer } from '@millrace/contracts/timers';
import type { ReadableSpan } from '@opentelemetry/sdk-trace-base';

/** The time for which a caller waits until spans are delivered. */
const WAIT_MS = 500;
/** The time for which a collector that did not answer is not awaited. */
const AWAY_MS = 10_000;

/**
 * Exports spans at once, one export after the other. While the collector is away nobody waits for it: `otherwise` then
 * takes the spans, and what it makes of them is its own affair.
 */
export class Teller {
  private queue: ReadableSpan[] = [];
  private sending: Promise<void> | undefined;
  private awayUntil = 0;

  constructor(
    private readonly deliver: (spans: ReadableSpan[]) => Promise<boolean>,
    private readonly otherwise: (spans: readonly ReadableSpan[]) => void,
  ) {}

  async tell(spans: readonly ReadableSpan[]): Promise<void> {
    if (spans.length === 0) return;
    if (Date.now() < this.awayUntil) return this.otherwise(spans);
    this.queue.push(...spans);
    await this.idle();
  }

  /** Resolves when everything told so far is delivered, or it takes too long. */
  async idle(): Promise<void> {
    if (this.queue.length === 0 && !this.sending) return;
    let late: Timer | undefined;
    const gaveUp = new Promise<void>((resolve) => {
      late = startTimer(WAIT_MS, () => {
        this.awayUntil = Date.now() + AWAY_MS;
        resolve();
      });
    });
    await Promise.race([this.sent(), gaveUp]);
    late?.stop();
  }

  private async sent(): Promise<void> {
    while (this.queue.length > 0 || this.sending) await (this.sending ??= this.send());
  }

  private async send(): Promise<void> {
    const spans = this.queue;
    this.queue = [];
    const delivered = await this.deliver(spans);
    this.sending = undefined;
    if (delivered) return;
    this.awayUntil = Date.now() + AWAY_MS;
    this.otherwise(spans);
  }
}
