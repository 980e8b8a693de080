import { keepQuotas } from '@millrace/coordinator';
import {
  budgetKey,
  type ModelAnswer,
  ModelBudget,
  type ModelCall,
  type ModelPrices,
  type ModelQuota,
  modelRecord,
  quotaKey,
} from '@millrace/contracts';
import { followModelLedger, openRuntime, type ServiceSettings } from '@millrace/runtime';
import { ModelCalls } from '@millrace/stage';

const QUOTA: ModelQuota = { provider: 'acme-ai', model: 'small', tenant: '*', perMs: 1_000, at: 1 };

const until = async (holds: () => boolean): Promise<void> => {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 5));
};

/** Settings of a log that nobody else writes to; what it disposes of is the log. */
export type OwnLog = () => Promise<{ readonly settings: ServiceSettings } & AsyncDisposable>;

/** A log, the keeper of quotas, and processes that call models. */
async function openKeeping(ownLog: OwnLog) {
  await using opening = new AsyncDisposableStack();
  const { settings } = opening.use(await ownLog());
  const runtime = opening.use(await openRuntime('test', settings));
  const { broker, topics } = runtime;
  let keeping = await keepQuotas(runtime);
  opening.defer(() => keeping.drain(1_000));
  const ledger = opening.use(await followModelLedger(runtime));
  let probes = 0;
  /** Resolves when the keeper, too, has read what was set: it reads in order, and a quota that it knows is in its ledger. */
  const set = async (key: string, value: ModelQuota | ModelBudget | ModelPrices) => {
    const probe: ModelQuota = { ...QUOTA, provider: 'probe', model: `probe-${probes++}`, requests: 1 };
    const records = [modelRecord(topics, key, { value, id: key })];
    await broker.publish([...records, modelRecord(topics, quotaKey(probe), { value: probe, id: key })]);
    await until(() => [...ledger.entries()].some((entry) => entry.kind === 'quota' && entry.model === probe.model));
  };
  const opened = opening.move();
  const process = () => opened.use(new ModelCalls(runtime));
  return {
    process,
    ledger,
    quota: (more: Partial<ModelQuota>) => set(quotaKey(QUOTA), { ...QUOTA, ...more }),
    budget: (more: Pick<ModelBudget, 'per'> & Partial<ModelBudget>) =>
      set(budgetKey('b'), ModelBudget.parse({ name: 'b', at: 1, ...more })),
    prices: (prices: ModelPrices['prices']) => set('prices', { version: '1', currency: 'EUR', prices, at: 1 }),
    async restartKeeper() {
      await keeping.drain(0);
      keeping = await keepQuotas(runtime);
    },
    spent: () => [...ledger.entries()].flatMap((entry) => (entry.kind === 'spent' ? [entry] : [])),
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  };
}

const request = (id: string): ModelCall => ({
  key: id,
  operation: 'chat',
  provider: 'acme-ai',
  model: 'small',
  prompt: 'draft',
  hop: { index: 0, name: 'model' },
  isReask: false,
  estimate: { inputTokens: 60, outputTokens: 40 },
  caller: { run: `run-${id}`, step: 'draft', attempt: 1, tenant: 'a', pipeline: 'mail' },
  signal: new AbortController().signal,
  content: () => ({ system: '', user: '' }),
});
const context = {
  timeoutMs: 60_000,
  wait: () => () => undefined,
  isSent: () => true,
  defer: () => false,
  isDeferred: () => false,
};
const answer: ModelAnswer = {
  ...{ text: 'yes', finishReason: 'stop', model: 'small', limits: {}, durationMs: 1, source: 'provider' },
  usage: { inputTokens: 60, outputTokens: 20 },
};

/** Quotas and budgets of models, over processes that share nothing but a log. */
export function modelsSuite(ownLog: OwnLog): void {
  test('the calls of four processes share a quota, each is made once, also when the keeper of the quota is another one', async () => {
    await using keeping = await openKeeping(ownLog);
    await keeping.quota({ requests: 100, tokens: 100_000, concurrency: 5 });
    const processes = [1, 2, 3, 4].map(() => keeping.process());
    const made: string[] = [];
    let [atOnce, most] = [0, 0];
    const calls = Array.from({ length: 120 }, (_, index) =>
      processes[index % 4]!.call(
        request(String(index)),
        async () => {
          most = Math.max(most, ++atOnce);
          made.push(String(index));
          await new Promise((resolve) => setTimeout(resolve, 5));
          atOnce--;
          return answer;
        },
        context,
      ),
    );
    await until(() => made.length > 20);
    await keeping.restartKeeper();
    expect(new Set(await Promise.all(calls))).toEqual(new Set([answer]));
    expect([made.length, new Set(made).size]).toEqual([120, 120]);
    expect(most).toBeLessThanOrEqual(5);
    await until(() => keeping.spent()[0]?.calls === 120);
    expect(keeping.spent()).toMatchObject([
      { tenant: 'a', pipeline: 'mail', input: 7_200, output: 2_400, unpriced: 120 },
    ]);
  });

  test('a call that a provider rejects waits for the end of the pause, and its step hears nothing of it', async () => {
    await using keeping = await openKeeping(ownLog);
    await keeping.quota({ requests: 1_000 });
    let asked = 0;
    const busy = Object.assign(new Error('busy'), { code: 'MODEL_BUSY', retryAfterMs: 50 });
    const next = () => (asked++ === 0 ? Promise.reject(busy) : Promise.resolve(answer));
    let waits = 0;
    const wait = () => {
      waits++;
      return () => undefined;
    };
    expect(await keeping.process().call(request('1'), next, { ...context, wait })).toBe(answer);
    expect([asked, waits]).toEqual([2, 2]);
  });

  test('100 runs at once never spend more than their budget, and the rest are refused by its name', async () => {
    await using keeping = await openKeeping(ownLog);
    await keeping.prices([{ provider: 'acme-ai', model: 'small', input: 10_000, output: 10_000 }]);
    await keeping.budget({ per: 'total', money: 10, atLimit: 'stop' });
    const [one, two] = [keeping.process(), keeping.process()];
    const ends = await Promise.allSettled(
      Array.from({ length: 100 }, (_, index) =>
        (index % 2 ? one : two).call(request(String(index)), () => Promise.resolve(answer), context),
      ),
    );
    const refused = ends.flatMap((end) => (end.status === 'rejected' ? [end.reason as Error] : []));
    expect(refused.length).toBeGreaterThan(0);
    for (const error of refused)
      expect(error).toMatchObject({ code: 'MODEL_BUDGET_SPENT', message: expect.stringContaining('b') });
    await until(() => (keeping.spent()[0]?.calls ?? 0) === 100 - refused.length);
    expect(keeping.spent()[0]!.micros).toBeLessThanOrEqual(10_000_000);
    // Ten calls had reserved more; the tokens that they did not use are free again.
    expect(keeping.spent()[0]!.micros).toBeGreaterThanOrEqual(8_000_000);
  });

  test('a model without a price is refused by a budget in money, and never counts as free', async () => {
    await using keeping = await openKeeping(ownLog);
    const [process, other] = [keeping.process(), keeping.process()];
    await keeping.budget({ per: 'total', money: 10 });
    const call = process.call(request('1'), () => Promise.resolve(answer), context);
    await expect(call).rejects.toMatchObject({ code: 'MODEL_PRICE_UNKNOWN' });
    await keeping.budget({ per: 'total', money: 10, atLimit: 'warn' });
    expect(await other.call(request('2'), () => Promise.resolve(answer), context)).toBe(answer);
    await until(() => keeping.spent().length > 0);
    expect(keeping.spent()).toMatchObject([{ calls: 1, unpriced: 1, micros: 0 }]);
  });

  test('calls that no quota is for ask nobody, and what they used is in the ledger', async () => {
    await using keeping = await openKeeping(ownLog);
    let waits = 0;
    const wait = () => {
      waits++;
      return () => undefined;
    };
    await keeping.process().call(request('1'), () => Promise.resolve(answer), { ...context, wait });
    expect(waits).toBe(0);
    await until(() => keeping.spent().length > 0);
    expect(keeping.spent()).toMatchObject([{ calls: 1, input: 60, output: 20 }]);
  });

  test('a call that waits for a person goes through when the budget is raised', async () => {
    await using keeping = await openKeeping(ownLog);
    await keeping.budget({ per: 'total', calls: 0, atLimit: 'wait' });
    let isMade = false;
    const call = keeping.process().call(
      request('1'),
      () => {
        isMade = true;
        return Promise.resolve(answer);
      },
      context,
    );
    await until(() => [...keeping.ledger.entries()].length >= 0);
    expect(isMade).toBe(false);
    await keeping.budget({ per: 'total', calls: 1, atLimit: 'wait' });
    expect(await call).toBe(answer);
  });
}
