import { Api, type RunView } from '../api.js';
import type { Installation } from '../installation.js';
import { until } from '../processes.js';
import { upTo } from './numbers.js';

const PATH = '/v1/pipelines/marked';

/** A pipeline that waits, and then says which of its versions it is. */
const version = (mark: number) => ({
  format: 1,
  pipeline: 'marked',
  inputSchema: {},
  steps: { go: { kind: 'signal', schema: {}, predecessors: [] } },
  output: { mark, went: { $ref: ['go'] } },
});

/** Proves which version a run gets, and that a run moves to another: see `constructs.integration.ts`. */
export function routes(installation: () => Installation): void {
  const kill = (name: string) => installation().services.get(name)!.kill9();
  const api = () => new Api(installation().gateway);
  const deploy = async (mark: number, more: object = {}) =>
    expect((await api().post(`${PATH}/versions`, { plan: version(mark), ...more })).status).toBe(201);
  const start = (key: string) =>
    until('it is asked for', async () => {
      const answer = await api().post('/v1/runs', { pipeline: 'marked', input: {} }, { 'idempotency-key': key });
      return answer.ok && ((await answer.json()) as { id: string }).id;
    });
  const startAll = (name: string) => Promise.all(upTo(20).map((n) => start(`${name}${n}`)));
  const marks = async (runs: readonly string[]) =>
    (await Promise.all(runs.map((run) => api().settled(run, 'completed')))).map(
      ({ output }: Pick<RunView, 'output'>) => (output as unknown as { mark: number }).mark,
    );
  const go = (runs: readonly string[]) =>
    Promise.all(
      runs.map(async (run) => {
        await api().settled(run, 'waiting');
        expect((await api().post(`/v1/runs/${run}/signals/go`, { payload: 1 })).status).toBe(202);
      }),
    );

  test('a canary gets some of the new runs, and a run that is moved ends on its version, once, with coordinators killed meanwhile', async () => {
    await deploy(1);
    const first = await startAll('first');
    await Promise.all(first.map((run) => api().settled(run, 'waiting')));
    await deploy(2, { share: 0.5 });
    const shared = await startAll('shared');
    const moved = first.filter((_, n) => n % 2 === 0);
    for (const run of moved) expect((await api().post(`/v1/runs/${run}/move`, { to: 2, from: 'go' })).status).toBe(202);
    await Promise.all(['coordinator-1', 'coordinator-2'].map(kill));
    await until('they are moved', async () =>
      (await Promise.all(moved.map((run) => api().history(run)))).every((facts) =>
        facts.some(({ type }) => type === 'run.moved'),
      ),
    );
    await go([...first, ...shared]);
    expect(await marks(first)).toEqual(upTo(20).map((n) => (n % 2 === 0 ? 2 : 1)));
    expect(new Set(await marks(shared))).toEqual(new Set([1, 2]));
    for (const run of moved) {
      const facts = await api().history(run);
      expect(facts.filter(({ type }) => ['run.moved', 'step.answered'].includes(type))).toHaveLength(2);
    }
    expect((await api().post(`${PATH}/route`, { action: 'promote' })).status).toBe(200);
    const last = await startAll('last');
    await go(last);
    expect(await marks(last)).toEqual(upTo(20).map(() => 2));
  }, 180_000);
}
