import { type Failure, FAILURES, type InsteadOf } from '@millrace/contracts';
import type { Log } from '@millrace/telemetry';

const EVERY_MS = 60_000;

/** Watches how a stage's attempts end, so that no fallback is silent and a wrong setting shows. */
export class StageHealth {
  /** The time at which the log last told of a thing, and how often it happened since. */
  private readonly told = new Map<string, { at: number; since: number }>();
  /** The reasons for which the stage's attempts, or one of its models, cannot work; the key of attempts is empty. */
  private readonly failing = new Map<string, string>();

  constructor(
    private readonly stage: string,
    private readonly log: Log,
    private readonly now: () => number = Date.now,
  ) {}

  /** The reason for which the stage cannot do its work as it is configured; undefined once an attempt, or the model, has worked. */
  get trouble(): string | undefined {
    return this.failing.values().next().value;
  }

  /** Hears how a call of a model ended: whatever answers in its place, a model that refuses every request is told of. */
  model(name: string, failure: Failure | undefined): void {
    this.note(`the model ${name} of `, failure);
    if (failure !== undefined && isConfiguration(failure.code)) {
      this.tell(
        `${name} ${failure.code}`,
        failure,
        `The model ${name} of the stage ${this.stage} refuses every request: ${failure.message}`,
      );
    }
  }

  completed(insteadOf: InsteadOf | undefined): void {
    this.note('', insteadOf);
    if (insteadOf) {
      this.tell(
        insteadOf.code,
        insteadOf,
        `A fallback answered in the place of the stage ${this.stage}: ${insteadOf.message}`,
      );
    }
  }

  failed(failure: Failure): void {
    if (isConfiguration(failure.code)) this.note('', failure);
  }

  private note(part: string, failure: InsteadOf | undefined): void {
    if (failure === undefined) this.failing.delete(part);
    else if (isConfiguration(failure.code)) {
      const whose = `${part}the stage ${this.stage}`;
      this.failing.set(part, `${whose} cannot work as it is configured: ${failure.code}: ${failure.message}`);
    }
  }

  /** Says a thing once a minute, not for each message. */
  private tell(thing: string, { code }: InsteadOf, words: string): void {
    const last = this.told.get(thing);
    const at = this.now();
    if (last !== undefined && at - last.at < EVERY_MS) {
      last.since++;
      return;
    }
    this.told.set(thing, { at, since: 0 });
    this.log.warn({ stage: this.stage, code, since: (last?.since ?? 0) + 1 }, words);
  }
}

/** Returns true when every attempt fails in this way until somebody corrects a setting. */
function isConfiguration(code: string): boolean {
  return (FAILURES as Record<string, { configuration?: true }>)[code]?.configuration === true;
}
