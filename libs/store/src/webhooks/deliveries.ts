import { type Database, floats, type Query, texts } from '../database.js';
import type { Delivery } from './delivery.js';

export interface DueDelivery extends Omit<Delivery, 'run'> {
  /** The number of this attempt, from 1. */
  readonly attempt: number;
}

/** Within the transaction of what they tell: keeps webhooks until they are delivered. */
export async function keepDeliveries(query: Query, deliveries: readonly Delivery[]): Promise<void> {
  if (deliveries.length === 0) return;
  await query.each(
    (rows, { time, json }) =>
      `insert into deliveries (id, run, at, body, attempts, next_at)
       select id, run, ${time('at')}, ${json('body')}, 0, ${time('at')} from ${rows} where true on conflict (id) do nothing`,
    {
      id: texts(deliveries.map(({ id }) => id)),
      run: texts(deliveries.map(({ run }) => run ?? null)),
      at: floats(deliveries.map(({ at }) => at)),
      body: texts(deliveries.map(({ body }) => JSON.stringify(body))),
    },
  );
}

/** Webhooks on their way. Whoever takes one has it until a time; then another coordinator may take it. */
export class Deliveries {
  constructor(private readonly database: Database) {}

  /** Takes webhooks whose next attempt is due at `at`. They are due again at `until`, unless something else is said by then. */
  async takeDue(options: { at: number; until: number; limit: number }): Promise<readonly DueDelivery[]> {
    const rows = await this.database.query<DueDelivery>(
      ({ time, millis, skipLocked }) =>
        `update deliveries set next_at = ${time('$2')}, attempts = attempts + 1 where id in (
           select id from deliveries where next_at <= ${time('$1')} order by next_at, id limit cast($3 as int) ${skipLocked}
         ) returning id, ${millis('at')} as at, body, attempts as attempt`,
      [options.at, options.until, options.limit],
    );
    return rows.map((row) => ({ ...row, at: Math.round(row.at) }));
  }

  /** Forgets webhooks that were delivered, or are given up. */
  async forget(ids: readonly string[]): Promise<void> {
    await this.database.query(({ among }) => `delete from deliveries where id ${among('$1')}`, [ids]);
  }

  /** The webhook is due again at `at`. */
  async postpone(id: string, at: number): Promise<void> {
    await this.database.query(({ time }) => `update deliveries set next_at = ${time('$2')} where id = $1`, [id, at]);
  }
}
