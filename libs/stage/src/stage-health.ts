import { type Failure, FAILURES, type InsteadOf } from '@millrace/contracts';
import type { Log } from '@millrace/telemetry';

const EVERY_MS = 60_000;

/** Watches how a stage's attempts end, so that no fallback is silent and a wrong setting shows. */
export class StageHealth {
  /** The time at which the log last told of a code, and the number of fallbacks for it since. */
  private readonly told = new Map<string, { at: number; since: number }>();
  private failing: string | undefined;

  constructor(
    private readonly stage: string,
    private readonly log: Log,
    private readonly now: () => number = Date.now,
  ) {}

  /** The reason for which the stage cannot do its work as it is configured; undefined once an attempt has worked. */
  get trouble(): string | undefined {
    return this.failing;
  }

  completed(insteadOf: InsteadOf | undefined): void {
    this.note(insteadOf);
    if (insteadOf) this.tell(insteadOf);
  }

  failed(failure: Failure): void {
    if (isConfiguration(failure.code)) this.note(failure);
  }

  private note(failure: InsteadOf | undefined): void {
    if (failure === undefined) this.failing = undefined;
    else if (isConfiguration(failure.code)) {
      this.failing = `the stage ${this.stage} cannot work as it is configured: ${failure.code}: ${failure.message}`;
    }
  }

  /** Says a fallback once a minute for each code, not for each message. */
  private tell({ code, message }: InsteadOf): void {
    const last = this.told.get(code);
    const at = this.now();
    if (last !== undefined && at - last.at < EVERY_MS) {
      last.since++;
      return;
    }
    this.told.set(code, { at, since: 0 });
    this.log.warn(
      { stage: this.stage, code, since: (last?.since ?? 0) + 1 },
      `A fallback answered in the place of the stage ${this.stage}: ${message}`,
    );
  }
}

/** Returns true when every attempt fails in this way until somebody corrects a setting. */
function isConfiguration(code: string): boolean {
  return (FAILURES as Record<string, { configuration?: true }>)[code]?.configuration === true;
}
