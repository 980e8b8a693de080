import { cron, pipeline, topic } from '@millrace/pipeline';
import { z } from 'zod';

/** Topics that somebody else writes to, by the pipeline that they begin. */
export const TOPICS = { singles: 'constructs.singles', batches: 'constructs.batches', lasts: 'constructs.lasts' };

const Anything = z.looseObject({});
type Options = Omit<Parameters<typeof pipeline<typeof Anything, unknown>>[0], 'name' | 'input'>;
const echo = (name: string, options: Options) => pipeline({ name, input: Anything, ...options }, ({ input }) => input);
const waiting = (name: string, options: Options) =>
  pipeline({ name, input: Anything, ...options }, ({ input, signal }) => ({ input, go: signal('go', z.boolean()) }));

export const hourly = echo('hourly', { schedules: { hourly: cron('0 * * * *', { catchUp: 'all' }) } });
export const singles = echo('singles', {
  trigger: topic(TOPICS.singles, { when: 'record.value.n > 1.0', input: ({ value, key }) => ({ value, key }) }),
});
export const batches = echo('batches', {
  trigger: topic(TOPICS.batches, { batch: { max: 3, within: '1h', input: (items) => ({ items }) } }),
});
export const lasts = echo('lasts', {
  trigger: topic(TOPICS.lasts, { debounce: { quiet: '1h', key: ({ key }) => key } }),
});

const perCustomer = (whenFull: 'queue' | 'drop' | 'replace') =>
  waiting(whenFull, { concurrency: { limit: 1, key: (input) => input['customer'] as never, whenFull } });
export const queue = perCustomer('queue');
export const drop = perCustomer('drop');
export const replace = perCustomer('replace');

/** For somebody, then for others, then as nobody said anything. */
export const asked = pipeline({ name: 'asked', input: z.object({ by: z.string() }) }, ({ input, review }) =>
  review('approve', z.object({ ok: z.boolean() }), {
    assignee: input.by,
    escalate: { after: '1d', group: 'board' },
    timeout: '3d',
    onFailure: { default: { ok: false } },
  }),
);

export const BEGINS = [hourly, singles, batches, lasts, queue, drop, replace, asked];
