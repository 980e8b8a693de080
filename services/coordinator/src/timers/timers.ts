import { startTimer, type Timer } from '@millrace/contracts/timers';
import type { Broker } from '@millrace/broker';
import { eventRecord, type Topics } from '@millrace/contracts';
import type { Store } from '@millrace/store';
import type { Telemetry } from '@millrace/telemetry';

/** The interval at which the store is asked for due timers. It bounds the delay of a timer that another coordinator set. */
const POLL_MS = 500;
const BATCH = 500;
/** A run that was woken and did not move (its event is still under way) is woken again after this. */
const SNOOZE_MS = 15_000;

/** Fires due timers: each becomes an event on `runs`. Firing one twice, or too early, is harmless. */
export class Timers {
  private timer: Timer | undefined;
  private next = Infinity;
  /** The earliest time that was asked for while timers are being fired: what is read then may not have it yet. */
  private asked = Infinity;
  private stopped = false;
  private firing: Promise<void> = Promise.resolve();

  constructor(
    private readonly options: {
      store: Store;
      broker: Broker;
      topics: Topics;
      telemetry: Telemetry;
      now: () => number;
      /** Handles what else comes due; resolves to true where there is more. */
      others?: (at: number) => Promise<boolean>;
    },
  ) {
    this.schedule(POLL_MS);
  }

  /** Something is due at `at`; so that a short back-off does not wait for the next look. */
  wakeBy(at: number): void {
    if (this.next === -Infinity) this.asked = Math.min(this.asked, at);
    const ms = Math.max(1, at - this.options.now());
    if (ms < POLL_MS && at < this.next) this.schedule(ms);
  }

  private schedule(ms: number): void {
    if (this.stopped) return;
    this.timer?.stop();
    this.next = this.options.now() + ms;
    this.timer = startTimer(ms, () => {
      this.firing = this.fire();
    });
  }

  private async fire(): Promise<void> {
    this.next = -Infinity;
    this.asked = Infinity;
    // One kind that fails holds up no other.
    const kinds = [() => this.fireDue(), async () => (await this.options.others?.(this.options.now())) ?? false];
    let more = false;
    for (const due of kinds) {
      try {
        if (await due()) more = true;
      } catch (error) {
        this.options.telemetry.log.warn({ err: error }, 'due timers could not be fired; trying again');
      }
    }
    this.schedule(more ? 1 : Math.min(POLL_MS, Math.max(1, this.asked - this.options.now())));
  }

  private async fireDue(): Promise<boolean> {
    const { store, broker, topics, now } = this.options;
    const at = now();
    const runs = await store.writer.takeDue({ at, until: at + SNOOZE_MS, limit: BATCH });
    if (runs.length === 0) return false;
    await broker.publish(runs.map((run) => eventRecord(topics, { type: 'run.woken', run, at })));
    return runs.length === BATCH;
  }

  async stop(): Promise<void> {
    this.stopped = true;
    this.timer?.stop();
    await this.firing;
  }
}
