import type { Database } from '../database.js';

/** The store's part in telling runs that no run before them holds their key up any more. */
export class HoldNotices {
  constructor(private readonly database: Database) {}

  /** Returns the runs that have to hear it; each comes again after `until` unless it is known to have heard. */
  async toTell(options: { at: number; until: number; limit: number }): Promise<readonly string[]> {
    const rows = await this.database.query<{ run: string }>(
      ({ time, skipLocked }) =>
        `update holds set tell_at = ${time('$2')} where run in (
           select run from holds where tell_at <= ${time('$1')} order by tell_at limit cast($3 as int) ${skipLocked}
         ) returning run`,
      [options.at, options.until, options.limit],
    );
    return rows.map(({ run }) => run);
  }
}
