import { failure, type Failure } from '@millrace/contracts';
import type { Database } from '../database.js';
import type { Retention } from './retention.js';

/** Removes everything that is kept of single runs and dead letters, for a person who has the right to it. */
export class Erasure {
  constructor(
    private readonly database: Database,
    private readonly retention: Pick<Retention, 'withChildren' | 'remove'>,
  ) {}

  /**
   * Removes a run with its child runs and the runs that replay it, or a dead letter of no run. Returns the reason for which it stays: a run that has not
   * ended still writes. What is gone already is removed.
   */
  async erase(id: string): Promise<Failure | undefined> {
    if (!id.startsWith('run_')) return this.eraseLetter(id);
    const runs = await this.withReplays(id);
    const [open] = await this.openOf(runs);
    if (open)
      return failure(
        'NOT_ALLOWED_NOW',
        `${open.id} is ${open.status}: cancel it, or wait until it has ended, and erase once more.`,
      );
    for (const run of runs) await this.eraseRun(run);
    return undefined;
  }

  /** Removes a run and its child runs. A large family goes in parts, the deepest first. */
  private async eraseRun(run: string): Promise<void> {
    for (;;) {
      const family = await this.retention.withChildren([run]);
      for (const table of ['cached_outputs', 'cache_lookups'])
        await this.database.query(({ among }) => `delete from ${table} where run ${among('$1')}`, [family]);
      const gone = await this.retention.remove(family);
      if (family.includes(run) || gone === 0) break;
    }
    await this.database.query('update job_items set failure = null, result = null where letter = $1', [run]);
  }

  private async eraseLetter(id: string): Promise<undefined> {
    await this.database.query('delete from dead_letters where id = $1 and run is null', [id]);
    await this.database.query('update job_items set failure = null where letter = $1', [id]);
  }

  /** Returns the run, and the runs that replay it or one of these: the trail of acts knows them. */
  private async withReplays(run: string): Promise<readonly string[]> {
    const found = [run];
    for (const one of found) {
      const rows = await this.database.query<{ replay: string | null }>(
        `select detail ->> 'run' as replay from acts where subject = $1 and kind = 'run.replay'`,
        [one],
      );
      for (const { replay } of rows) if (replay !== null && !found.includes(replay)) found.push(replay);
    }
    return found;
  }

  private openOf(runs: readonly string[]): Promise<readonly { id: string; status: string }[]> {
    return this.database.query(
      ({ among }) => `select id, status from runs where id ${among('$1')} and ended_at is null order by id`,
      [runs],
    );
  }
}
