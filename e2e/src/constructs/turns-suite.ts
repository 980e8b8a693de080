import { partitionFor } from '@millrace/broker';
import { runIdOf } from '@millrace/contracts';
import { Api } from '../api.js';
import { histories, repeated } from '../histories.js';
import type { Installation } from '../installation.js';
import { until } from '../processes.js';
import { turn } from './waits.js';

/** In the order in which they are asked for. */
const KINDS = [
  { kind: 'low', count: 16, headers: { priority: 'low' } },
  { kind: 'small', count: 40, headers: { tenant: 'small' } },
  { kind: 'large', count: 40, headers: { tenant: 'large' } },
  { kind: 'high', count: 16, headers: { priority: 'high' } },
] as const;
type Kind = (typeof KINDS)[number]['kind'];
const ALL = KINDS.flatMap(({ kind, count, headers }) =>
  Array.from({ length: count }, (_, n) => ({
    kind,
    key: `${kind}${n}`,
    run: runIdOf(turn.name, `${kind}${n}`),
    headers,
  })),
);
const PARTITIONS = 4;

/** Proves in which order a stage takes commands: see `constructs.integration.ts`. */
export function turns(installation: () => Installation): void {
  /** Returns the runs' facts of one type. */
  const having = async <Type extends 'step.requested' | 'step.completed'>(type: Type) => {
    const of = await histories(installation().database);
    return ALL.flatMap(({ kind, run }) =>
      (of.get(run) ?? []).flatMap((fact) =>
        fact.type === type ? [{ kind, run, at: 'startedAt' in fact ? fact.startedAt! : fact.at }] : [],
      ),
    );
  };

  test('what waits for a stage is taken by priority and by the weights of tenants, each once, also by who takes over from a process that was killed', async () => {
    const limit = async (limits: object) => {
      const answer = await new Api(installation().gateway).post('/v1/stages/square/limits', limits);
      expect(answer.status).toBe(200);
    };
    // A partition’s owner may begin one, and then hardly any.
    await limit({ perSecond: 0.001, weights: { large: 8, small: 1 } });
    await installation().broker.publish(
      ALL.map(({ key, headers }) => ({
        topic: installation().topics.intake,
        key: null,
        value: '{"n":1}',
        headers: { pipeline: turn.name, 'idempotency-key': key, ...headers },
      })),
    );
    await until('all wait for the stage', async () => (await having('step.requested')).length === ALL.length);
    await until('each partition has begun', async () => (await having('step.completed')).length >= PARTITIONS);
    await installation().services.get('stages-1')!.kill9();
    await until('others have taken over', async () => (await having('step.completed')).length > PARTITIONS);
    const before = new Set((await having('step.completed')).map(({ run }) => run));
    await limit({ perSecond: 80, weights: { large: 8, small: 1 } });
    const order = await until('all are through', async () => {
      const now = await having('step.completed');
      return now.length >= ALL.length && now.sort((a, b) => a.at - b.at);
    });
    await limit({});
    expect(order).toHaveLength(ALL.length);
    expect(repeated(await histories(installation().database))).toEqual([]);
    /** Counts the records of other kinds that were taken before the last of a kind, in each partition. */
    const overtaken = (kind: Kind, others: readonly Kind[]) =>
      Array.from({ length: PARTITIONS }, (_, partition) => {
        const here = order.filter(({ run }) => !before.has(run) && partitionFor(run, PARTITIONS) === partition);
        const last = here.findLastIndex((one) => one.kind === kind);
        return here.slice(0, last).filter((one) => others.includes(one.kind)).length;
      }).reduce((sum, one) => sum + one);
    // In the order in which they came it would be 96, and 40.
    expect(overtaken('high', ['low', 'small', 'large'])).toBeLessThanOrEqual(24);
    expect(overtaken('large', ['small'])).toBeLessThanOrEqual(12);
  }, 180_000);
}
