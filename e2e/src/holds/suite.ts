import type { Fact } from '@millrace/contracts';
import type { Api } from '../api.js';
import { until } from '../processes.js';

interface View {
  readonly id: string;
  readonly status: string;
  readonly state: string;
  readonly hold?: {
    readonly key: string;
    readonly behind?: string;
    readonly ahead?: number;
    readonly waiting?: number;
  };
  readonly steps: readonly { readonly deadLetter?: string }[];
}

interface Installed {
  readonly api: Api;
  /** Ends the coordinators as by a crash; they start again by themselves. */
  kill(): Promise<void>;
}

const SUCCESSORS = 8;
/** This one of them fails in its turn. */
const FAILING = 3;

/** Tests from the outside that runs go on in order behind a parked run of their hold key: see `holds.spec.ts` and `holds.integration.ts`. */
export function holdsSuite(name: string, installed: () => Installed): void {
  const api = () => installed().api;
  /** A service that was killed answers again soon. */
  const view = (id: string) =>
    api()
      .get<View>(`/v1/runs/${id}`)
      .catch(() => undefined);
  const post = (path: string, body: object, key = path) =>
    until(`${path} is answered`, async () => {
      const answer = await api()
        .post(path, body, { 'idempotency-key': key })
        .catch(() => undefined);
      return answer?.ok ? ((await answer.json()) as { id: string }) : undefined;
    });
  const start = async (key: string, input: { account: string; n: number; trouble?: 'always' }) =>
    (await post('/v1/runs', { pipeline: 'accounts', input }, key)).id;
  const becomes = (id: string, state: string) => {
    let seen: View | undefined;
    return until(
      () => `${id} becomes ${state} (it is ${JSON.stringify(seen)})`,
      async () => {
        seen = await view(id);
        return seen?.state === state && seen;
      },
    );
  };
  const waiting = async (): Promise<readonly string[]> => {
    const path = '/v1/runs?pipeline=accounts&state=waiting-for-run&limit=100';
    const { items } = await until('the list is answered', () =>
      api()
        .get<{ items: View[] }>(path)
        .catch(() => undefined),
    );
    return items.map(({ id }) => id);
  };
  const letterOf = ({ steps }: View): string => {
    const letter = steps[0]?.deadLetter;
    if (letter === undefined) throw new Error('Its step is not parked.');
    return letter;
  };
  const history = (id: string) =>
    until(`the history of ${id} is answered`, () =>
      api()
        .get<{ items: Fact[] }>(`/v1/runs/${id}/history`)
        .catch(() => undefined),
    );

  test(`later runs of a key wait behind a parked one, and go on in order, one after the other, while ${name} is killed`, async () => {
    const account = 'acme';
    const first = await start('first', { account, n: 0, trouble: 'always' });
    const parked = await becomes(first, 'dead-lettered');
    const runs: string[] = [];
    for (let n = 1; n <= SUCCESSORS; n++) {
      const id = await start(`${n}`, { account, n, ...(n === FAILING && { trouble: 'always' }) });
      expect(await becomes(id, 'waiting-for-run')).toMatchObject({
        status: 'held',
        hold: { key: account, behind: first, ahead: n - 1 },
      });
      runs.push(id);
      if (n === SUCCESSORS / 2) await installed().kill();
    }
    await becomes(await start('other', { account: 'other', n: 1 }), 'completed');
    expect([...(await waiting())].sort()).toEqual([...runs].sort());
    expect(await becomes(first, 'dead-lettered')).toMatchObject({ hold: { key: account, waiting: SUCCESSORS } });

    const redrive = `/v1/dead-letters/${letterOf(parked)}/redrive`;
    await post(redrive, { input: { n: 0, trouble: 'none' }, by: 'ann' });
    await installed().kill();
    const failing = await becomes(runs[FAILING - 1]!, 'dead-lettered');
    for (const id of [first, ...runs.slice(0, FAILING - 1)]) await becomes(id, 'completed');
    const behind = runs.slice(FAILING);
    expect([...(await waiting())].sort()).toEqual([...behind].sort());
    for (const [ahead, id] of behind.entries())
      expect(await becomes(id, 'waiting-for-run')).toMatchObject({ hold: { key: account, behind: failing.id, ahead } });

    await post(`/v1/dead-letters/${letterOf(failing)}/resolve`, { by: 'ann' });
    await installed().kill();
    for (const id of behind) await becomes(id, 'completed');
    // A parked run whose letters are resolved holds nobody up.
    await becomes(await start('last', { account, n: 99 }), 'completed');

    const order = [first, ...runs];
    const facts = await Promise.all(order.map(async (id) => (await history(id)).items));
    for (const [i, own] of facts.entries()) {
      const of = (type: Fact['type']) => own.filter((fact) => fact.type === type);
      expect(of('step.completed')).toHaveLength(i === FAILING ? 0 : 1);
      if (i > 0) expect(of('run.begun')).toHaveLength(1);
    }
    const begun = facts.slice(1).map((own) => own.find(({ type }) => type === 'run.begun')!.at);
    const over = facts.map((own) => own.find(({ type }) => type === 'run.completed')?.at ?? 0);
    for (const [i, at] of begun.entries()) expect(at).toBeGreaterThanOrEqual(over[i]!);
    expect(begun).toEqual([...begun].sort((a, b) => a - b));
  }, 300_000);
}
