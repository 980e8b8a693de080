import { type Fact, type RunEvent, type RunResult, runIdOf } from '@millrace/contracts';
import { Api } from '../api.js';
import { histories, repeated } from '../histories.js';
import type { Installation } from '../installation.js';
import { until } from '../processes.js';
import { upTo } from './numbers.js';
import { approvals, hurried } from './pipelines.js';
import { claims, escalated, late, naps, tentative } from './waits.js';

const COUNT = 8;
const idsOf = ({ name }: { name: string }, from = 0) => upTo(COUNT).map((n) => runIdOf(name, `${name}${from + n}`));

/** Everything that waits, in an installation of the constructs: see `constructs.integration.ts`. */
export function waiting(installation: () => Installation): void {
  const pipelines = [claims, escalated, approvals, naps, late, hurried];
  const tentatives = upTo(3).map((part) => idsOf(tentative, part * COUNT));
  const all = [...pipelines.flatMap((one) => idsOf(one)), ...tentatives.flat()];

  const kill = (name: string) => installation().services.get(name)!.kill9();
  const ask = ({ name }: { name: string }, from = 0) =>
    upTo(COUNT).map((n) => ({
      topic: installation().topics.intake,
      key: null,
      value: JSON.stringify({ by: 'ann', n }),
      headers: { pipeline: name, 'idempotency-key': `${name}${from + n}` },
    }));
  const results = async () =>
    (await installation().read(installation().topics.results))
      .map(({ value }) => JSON.parse(String(value)) as RunResult)
      .filter(({ run }) => all.includes(run));
  /** Returns the number of facts of a type that they have together. */
  const number = async (runs: readonly string[], type: Fact['type']) => {
    const of = await histories(installation().database);
    return runs.flatMap((run) => of.get(run) ?? []).filter((fact) => fact.type === type).length;
  };
  const wait = (runs: readonly string[]) =>
    until('they wait', async () => {
      const { rows } = await installation().database.query(
        `select 1 from runs where status = 'waiting' and id = any($1)`,
        [runs],
      );
      return rows.length === runs.length;
    });
  /** Repeats a request that was not answered because a process was killed. */
  const each = async (runs: readonly string[], act: (api: Api, run: string) => Promise<Response>) => {
    for (const run of runs) {
      const answer = await until('it is answered', () =>
        act(new Api(installation().gateway), run).then(
          (one) => one.status !== 503 && one,
          () => undefined,
        ),
      );
      // Done already by the attempt that was not answered.
      expect([200, 202, 409]).toContain(answer.status);
    }
  };

  test('reviews, sleeps, deadlines, signals and cancellations come out right, each once, with coordinators, stages and the gateway killed while they wait', async () => {
    await installation().broker.publish([
      ...pipelines.flatMap((one) => ask(one)),
      ...upTo(3).flatMap((part) => ask(tentative, part * COUNT)),
    ]);
    await wait([...idsOf(claims), ...tentatives.flat()]);
    await each(idsOf(claims), (api, run) => api.post(`/v1/reviews/${run}.approve/claim`, { by: 'ann' }));
    await Promise.all(['gateway', 'coordinator-1', 'coordinator-2', 'stages-1'].map(kill));
    const [undone, left, told] = tentatives;
    await each(undone!, (api, run) => api.post(`/v1/runs/${run}/cancel`, { compensate: true }));
    await each(left!, (api, run) => api.post(`/v1/runs/${run}/cancel`, {}));
    const word = { payload: { word: 'yes' }, id: 'once' };
    await each(told!, (api, run) => api.post(`/v1/runs/${run}/signals/confirm`, word));
    await until('all claims count', async () => (await number(idsOf(claims), 'step.claimed')) === COUNT);
    // Not by the gateway, which would refuse it.
    const byBob = (run: string): RunEvent => ({
      ...{ type: 'step.signalled', run, step: 'approve', at: 1, id: 'bob', by: 'bob' },
      payload: { ok: false },
    });
    await installation().broker.publish(
      idsOf(claims).map((run) => ({
        topic: installation().topics.runs,
        key: run,
        value: JSON.stringify(byBob(run)),
        packed: true,
      })),
    );
    await each(idsOf(claims), (api, run) =>
      api.post(`/v1/reviews/${run}.approve`, { answer: { ok: true }, by: 'ann' }),
    );
    await kill('coordinator-1');
    await until('all are with carl', async () => (await number(idsOf(escalated), 'step.escalated')) === 2 * COUNT);
    await each(idsOf(escalated), (api, run) =>
      api.post(`/v1/reviews/${run}.approve`, { answer: { ok: true }, by: 'carl' }),
    );
    await until('all have ended', async () => (await results()).length >= all.length, 120_000);

    const ends = new Map((await results()).map(({ run, ...end }) => [run, end]));
    expect([ends.size, (await results()).length]).toEqual([all.length, all.length]);
    const of = await histories(installation().database);
    expect(repeated(of)).toEqual([]);
    const endsOf = (runs: readonly string[]) => runs.map((run) => [ends.get(run)!.status, ends.get(run)!.output]);
    const factsOf = <Type extends Fact['type']>(run: string, type: Type) =>
      of.get(run)!.filter((fact): fact is Fact & { type: Type } => fact.type === type);

    expect(endsOf(idsOf(claims))).toEqual(upTo(COUNT).map(() => ['completed', { ok: true }]));
    for (const run of idsOf(claims)) {
      expect(factsOf(run, 'step.claimed').map(({ by }) => by)).toEqual(['ann']);
      expect(factsOf(run, 'step.answered').map(({ by }) => by)).toEqual(['ann']);
      const refused = factsOf(run, 'step.answer-refused').map(({ by, failure: { code } }) => [by, code]);
      expect(refused).toEqual([['bob', 'REVIEW_CLAIMED']]);
    }
    expect(endsOf(idsOf(escalated))).toEqual(upTo(COUNT).map(() => ['completed', { ok: true }]));
    for (const run of idsOf(escalated)) {
      const { at } = factsOf(run, 'step.waiting')[0]!;
      const [first, second, ...more] = factsOf(run, 'step.escalated');
      expect([first!.group, second!.assignee, more]).toEqual(['board', 'carl', []]);
      expect(first!.at - at).toBeGreaterThanOrEqual(1_000);
      expect(second!.at - at).toBeGreaterThanOrEqual(2_000);
    }
    expect(endsOf(idsOf(approvals))).toEqual(upTo(COUNT).map(() => ['completed', { ok: false }]));
    for (const run of idsOf(approvals)) {
      expect(factsOf(run, 'step.defaulted')).toHaveLength(1);
      expect(factsOf(run, 'step.escalated').length).toBeLessThanOrEqual(1);
    }
    expect(endsOf(idsOf(naps))).toEqual(upTo(COUNT).map((n) => ['completed', { n: n ** 2, square: n ** 4 }]));
    for (const run of idsOf(naps)) {
      const after = factsOf(run, 'step.requested').find(({ step }) => step === 'after')!;
      expect(after.at - factsOf(run, 'step.waiting')[0]!.at).toBeGreaterThanOrEqual(2_000);
    }
    expect(endsOf(idsOf(late))).toEqual(upTo(COUNT).map(() => ['completed', { n: 0, square: 0 }]));
    for (const run of idsOf(late)) {
      const times = factsOf(run, 'step.requested').map(({ at }) => at);
      expect(times.at(-1)! - times[0]!).toBeLessThan(2_000);
      const [defaulted, ...again] = factsOf(run, 'step.defaulted');
      expect(again).toEqual([]);
      expect(defaulted!.at - times[0]!).toBeGreaterThanOrEqual(2_000);
    }
    for (const run of idsOf(hurried)) {
      expect(ends.get(run)).toMatchObject({ status: 'failed', failure: { code: 'RUN_DEADLINE_PASSED' } });
      const child = factsOf(run, 'step.requested')[0]!.child!;
      await until('its child run is cancelled', async () => (await number([child], 'run.cancelled')) === 1);
    }
    expect(endsOf([...undone!, ...left!]).map(([status]) => status)).toEqual(upTo(2 * COUNT).map(() => 'cancelled'));
    const undos = (run: string) => factsOf(run, 'step.completed').filter(({ step }) => step === 'undo:room').length;
    expect([undone!.map(undos), left!.map(undos)]).toEqual([upTo(COUNT).map(() => 1), upTo(COUNT).map(() => 0)]);
    expect(endsOf(told!)).toEqual(upTo(COUNT).map(() => ['completed', { word: 'yes' }]));
  }, 300_000);
}
