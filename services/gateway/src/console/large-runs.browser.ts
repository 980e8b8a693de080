import type { RunView, StepView } from '@millrace/contracts/http';
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
  ...{ id: 'run_big', pipeline: 'big', plan: 'none', status: 'completed', state: 'completed', traceId: 't', links: {} },
  ...{ acceptedAt: at(0), endedAt: at(steps + 1), input: {}, allowedActions: [] },
  steps: [
    ...Array.from({ length: steps - 1 }, (_, index) => step(index)),
    { ...step(steps), name: 'map', kind: 'map', items: { total: 10_000, running: 0, ended: 10_000, failed: 7 } },
  ],
});

inChromium('a run of many steps', () => {
  test('draws only the rows on the screen, however many steps there are, and a map of 10,000 items is one row', async () => {
    await using world = await World.open();
    await using chromium = await watched();
    const page = await chromium.open();
    const drawn: number[] = [];
    for (const steps of [250, 500, 1_000]) {
      await page.route('**/v1/runs/run_big', (route) => route.fulfill({ json: runOf(steps) }));
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
});
