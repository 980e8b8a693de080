import { type LedgerEntry, ledgerKey, modelLedgerRecord, topicsOf } from '@millrace/contracts';
import { inChromium } from '../testing/browser.js';
import { start, violationsInBoth, watched } from '../testing/console.js';
import { World } from '../testing/world.js';

const SMALL = { provider: 'acme', model: 'small' };
const DAY = '2026-11-30';

const post = (world: World, path: string, body: object) =>
  fetch(`${world.url}/v1/models/${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });

const told = (world: World, ...entries: readonly LedgerEntry[]) =>
  world.runtime.broker.publish(entries.map((entry) => modelLedgerRecord(topicsOf(), ledgerKey(entry), entry)));

const spent = (of: Partial<Extract<LedgerEntry, { kind: 'spent' }>>): LedgerEntry => ({
  ...{ kind: 'spent', day: DAY, pipeline: 'reply', ...SMALL },
  ...{ calls: 3, input: 1_500, output: 90, micros: 12_300, unpriced: 0, estimated: 0, unknown: 0 },
  ...of,
});

/** A quota for which calls wait, a budget for each run that is nearly spent, a day's spending, and a call without a known end. */
async function models(world: World, run: string): Promise<void> {
  await post(world, 'quotas', { ...SMALL, requests: 60, by: 'ann' });
  await post(world, 'budgets', { name: 'each-run', per: 'run', money: 0.5, by: 'ann' });
  await post(world, 'prices', { version: 'v7', currency: 'EUR', prices: [{ ...SMALL, input: 0.15, output: 0.6 }] });
  const at = Date.now();
  const quota = { kind: 'quota', ...SMALL, tenant: '*', at, requests: 1, tokens: 0 } as const;
  const call = { id: 'call-1', ...SMALL, run, step: 'draft', attempt: 1, estimate: { input: 500, output: 4_096 } };
  await told(
    world,
    { ...quota, parts: [], pauses: 0, failures: 0, waiting: 4, running: 1 },
    { kind: 'budget', budget: 'each-run', subject: run, at, calls: 3, tokens: 1_590, micros: 480_000, unpriced: 0 },
    spent({}),
    spent({ tenant: 'shop', calls: 2, unpriced: 2, micros: 0, estimated: 1 }),
    { kind: 'call', call: { ...call, timeoutMs: 1_000 }, process: 'p', at, until: at, status: 'unknown' },
  );
}

inChromium('the models', () => {
  test('show quotas, budgets, spending and calls without a known end, and the overview what is nearly spent', async () => {
    await using world = await World.open();
    await using chromium = await watched();
    const run = await start(world, 'Where is my refund?');
    await models(world, run);
    const page = await chromium.open(`${world.url}/console/`);
    await page.getByRole('link', { name: '96 % of the budget each-run is spent' }).click();
    await page.getByRole('heading', { level: 1, name: 'Models' }).waitFor();
    const shown = await page.locator('main').innerText();
    for (const text of [
      ...['small of acme', '60 calls a minute', '0.50 EUR for each run', '96 % spent by'],
      ...['By the prices of version v7, 1 model.', '0.0123 EUR', 'unknown end'],
    ])
      expect(shown).toContain(text);
    const free = page.getByRole('row').filter({ hasText: 'shop' });
    expect(await free.getByRole('cell').last().innerText()).toBe('unknown');
    expect(await violationsInBoth(page)).toEqual([]);
    await page.getByRole('link', { name: run }).click();
    await page.getByRole('heading', { level: 1, name: run }).waitFor();
    expect(chromium.faults).toEqual([]);
  });

  test('take new limits, which keep the rest of the quota, and follow what others set', async () => {
    await using world = await World.open();
    await using chromium = await watched();
    const breaker = { failures: 5, pauseMs: 30_000 };
    await post(world, 'quotas', { ...SMALL, requests: 60, breaker, by: 'ann' });
    const page = await chromium.open(`${world.url}/console/models`);
    await page.getByRole('button', { name: 'Limits' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Calls in 60 s').fill('');
    await dialog.getByLabel('Tokens in 60 s').fill('90000');
    await dialog.getByRole('button', { name: 'Set the limits' }).click();
    await page.getByText('90,000 tokens a minute').waitFor();
    const quota = async () =>
      ((await (await fetch(`${world.url}/v1/models`)).json()) as { quotas: readonly object[] }).quotas;
    expect(await quota()).toMatchObject([{ ...SMALL, tokens: 90_000, breaker }]);
    expect((await quota())[0]).not.toHaveProperty('requests');
    await post(world, 'quotas', { ...SMALL, concurrency: 7, by: 'ben' });
    await page.getByText('7 calls at once').waitFor();
    expect(chromium.faults).toEqual([]);
  });
});
