import type { RunSummaryView, RunView, StepView, VersionDetail } from '@millrace/contracts/http';
import type { Page, Route } from 'playwright-core';
import { inChromium } from '../testing/browser.js';
import { watched } from '../testing/console.js';
import { until, World } from '../testing/world.js';

const at = (second: number) => new Date(Date.UTC(2026, 0, 1) + second * 1_000).toISOString();

const step = (index: number): StepView => ({
  ...{ name: `step${index}`, kind: 'stage', stage: 'work', status: 'completed' },
  attempts: [{ attempt: 1, requestedAt: at(index), startedAt: at(index), endedAt: at(index + 1) }],
  ...{ startedAt: at(index), endedAt: at(index + 1), output: { index }, allowedActions: [] },
});

/** A run of so many steps, the last of which is a map of 10,000 items. */
const runOf = (steps: number): RunView => ({
  ...{ id: 'run_big', pipeline: 'big', plan: `p${steps}`, status: 'completed', state: 'completed', traceId: 't' },
  ...{ acceptedAt: at(0), endedAt: at(steps + 1), input: {}, allowedActions: [], links: {} },
  steps: [
    ...Array.from({ length: steps - 1 }, (_, index) => step(index)),
    { ...step(steps), name: 'map', kind: 'map', items: { total: 10_000, running: 0, ended: 10_000, failed: 7 } },
  ],
});

/** Its plan: four steps side by side wait for the first one of the four before. */
function planOf({ steps, pipeline, plan }: RunView) {
  const names = steps.map(({ name }) => name);
  const definition = {
    steps: Object.fromEntries(
      names.map((name, index) => [
        name,
        { kind: 'stage', stage: 'work', predecessors: index < 4 ? [] : [names[Math.floor(index / 4) * 4 - 4]] },
      ]),
    ),
  };
  const version = { pipeline, version: 1, plan, share: 1, liveRuns: 0, deployedAt: at(0), links: {} };
  return { ...version, definition, contracts: {} } satisfies VersionDetail;
}

async function serve(page: Page, run: RunView): Promise<void> {
  await page.route('**/v1/runs/run_big', (route) => route.fulfill({ json: run }));
  await page.route('**/v1/pipelines/big/versions/*', (route) => route.fulfill({ json: planOf(run) }));
}

inChromium('a run of many steps', () => {
  test('draws only the rows on the screen, however many steps there are, and a map of 10,000 items is one row', async () => {
    await using world = await World.open();
    await using chromium = await watched();
    const page = await chromium.open();
    const drawn: number[] = [];
    for (const steps of [250, 500, 1_000]) {
      await serve(page, runOf(steps));
      await page.goto(`${world.url}/console/runs/run_big?step=map`);
      await page.locator('.waterfall li').first().waitFor();
      drawn.push(await page.locator('.waterfall li').count());
      // Rows are measured as they are drawn, so that the end moves a little.
      await until(async () => {
        await page.evaluate(`document.querySelector('.waterfall').scrollTo(0, 1e9)`);
        return (await page.getByText('10000 of 10000 done').count()) > 0;
      });
      expect(await page.locator('.waterfall li').count()).toBeLessThan(60);
    }
    expect(new Set(drawn).size).toBe(1);
    expect(drawn[0]).toBeLessThan(60);
    expect(chromium.faults).toEqual([]);
  });

  test('its graph is drawn where it is looked at, and shows the step that is chosen beside it', async () => {
    await using world = await World.open();
    await using chromium = await watched();
    const page = await chromium.open();
    for (const steps of [250, 500, 1_000]) {
      await serve(page, runOf(steps));
      await page.goto(`${world.url}/console/runs/run_big?step=step0`);
      await page.locator('.node.selected', { hasText: 'step0' }).waitFor();
      expect(await page.locator('.node').count()).toBeLessThan(80);
      expect(await page.locator('.edge').count()).toBeLessThan(80);
      await page.goto(`${world.url}/console/runs/run_big?step=step${steps - 9}`);
      await page.locator('.node.selected', { hasText: `step${steps - 9}` }).waitFor();
      expect(await page.locator('.node').count()).toBeLessThan(80);
    }
    // By hand it can be looked at anywhere, too.
    await page.evaluate(`document.querySelector('.graph').scrollTo(0, 0)`);
    await page.locator('.node', { hasText: /^.?step0/ }).waitFor();
    expect(await page.locator('.node').count()).toBeLessThan(80);
    expect(chromium.faults).toEqual([]);
  });

  test('a payload that is closed is not on the page', async () => {
    await using world = await World.open();
    await using chromium = await watched();
    const page = await chromium.open();
    await serve(page, { ...runOf(250), input: { text: 'A very long letter' } });
    await page.goto(`${world.url}/console/runs/run_big`);
    await page.getByText('Input of the run').waitFor();
    expect(await page.getByText('A very long letter').count()).toBe(0);
    await page.getByText('Input of the run').click();
    await page.getByText('A very long letter').waitFor();
    expect(chromium.faults).toEqual([]);
  });
});

const RUNS = 100_000;

const summary = (index: number): RunSummaryView => ({
  ...{ id: `run_${String(index).padStart(26, '0')}`, pipeline: 'big', plan: 'none', status: 'completed', links: {} },
  ...{ state: 'completed', acceptedAt: at(RUNS - index), endedAt: at(RUNS - index + 1), subject: `Run ${index}` },
});

/** Answers with a page of a list of 100,000 runs. */
async function listed(route: Route): Promise<void> {
  const query = new URL(route.request().url()).searchParams;
  const [from, limit] = [Number(query.get('cursor') ?? 0), Number(query.get('limit'))];
  const items = Array.from({ length: Math.min(limit, RUNS - from) }, (_, index) => summary(from + index));
  await route.fulfill({ json: { items, ...(from + limit < RUNS && { next: String(from + limit) }) } });
}

inChromium('a list of 100,000 runs', () => {
  test('asks for a page at a time, as far as somebody scrolls, and draws the rows on the screen alone', async () => {
    await using world = await World.open();
    await using chromium = await watched();
    const page = await chromium.open();
    const cursors: (string | null)[] = [];
    await page.route('**/v1/runs?*', async (route) => {
      cursors.push(new URL(route.request().url()).searchParams.get('cursor'));
      await listed(route);
    });
    await page.goto(`${world.url}/console/runs`);
    await page.getByText('Run 0', { exact: true }).waitFor();
    expect(await page.locator('.runs > li').count()).toBeLessThan(50);
    const further = () => cursors.filter((cursor) => cursor !== null);
    await until(async () => {
      await page.evaluate('scrollTo(0, document.body.scrollHeight)');
      return further().length >= 8;
    });
    expect(await page.locator('.runs > li').count()).toBeLessThan(50);
    // Each page was asked for once; the first one is asked for again where runs change.
    expect(new Set(further()).size).toBe(further().length);
    expect(chromium.faults).toEqual([]);
  });
});
