import { sleep } from '@millrace/contracts/timers';
import type { Page } from 'playwright-core';
import { inChromium } from '../testing/browser.js';
import { start, watched } from '../testing/console.js';
import { until, World } from '../testing/world.js';

/** Notes the paths of the requests that a page sends from now on. */
function requestsOf(page: Page): string[] {
  const paths: string[] = [];
  page.on('request', (request) => void paths.push(new URL(request.url()).pathname));
  return paths;
}

/** Makes the page believe that its tab is hidden, or is looked at again. */
const hide = (page: Page, isHidden: boolean) =>
  page.evaluate(`Object.defineProperty(document, 'hidden', { configurable: true, get: () => ${isHidden} });
    document.dispatchEvent(new Event('visibilitychange'))`);

/** Waits until the page has asked for everything that it shows. */
async function settled(page: Page, requests: readonly string[]): Promise<void> {
  await page.locator('h1').first().waitFor();
  let before = -1;
  await until(async () => {
    const isSame = before === requests.length && requests.includes('/v1/changes');
    before = requests.length;
    // Longer than the console waits before it asks again.
    await sleep(600);
    return isSame;
  });
}

inChromium('what is shown stays up to date', () => {
  test.each(['', 'runs', 'reviews', 'dead-letters', 'pipelines', 'stages', 'models', 'schedules'])(
    'an idle page asks nothing but the stream, for as long as nothing changes: /%s',
    async (path) => {
      await using world = await World.open();
      await using chromium = await watched();
      await start(world, 'Hi');
      const page = await chromium.open();
      await page.clock.install();
      const requests = requestsOf(page);
      await page.goto(`${world.url}/console/${path}`);
      await settled(page, requests);
      const before = requests.length;
      await page.clock.runFor(40_000);
      expect(requests.slice(before)).toEqual([]);
      expect(chromium.faults).toEqual([]);
    },
  );

  test('a hidden tab asks nothing and is told nothing; it catches up when somebody looks at it', async () => {
    await using world = await World.open();
    await using chromium = await watched();
    await start(world, 'The first one');
    const page = await chromium.open();
    const requests = requestsOf(page);
    await page.goto(`${world.url}/console/runs`);
    await page.getByText('The first one').waitFor();
    await settled(page, requests);
    await hide(page, true);
    const before = requests.length;
    await start(world, 'The second one');
    const other = await chromium.open(`${world.url}/console/runs`);
    await other.getByText('The second one').waitFor();
    expect(requests.slice(before)).toEqual([]);
    await hide(page, false);
    await page.getByRole('button', { name: '1 new' }).waitFor();
    expect(chromium.faults).toEqual([]);
  });

  test('a run that has ended asks nothing more, whatever else happens', async () => {
    await using world = await World.open();
    await using chromium = await watched();
    const id = await start(world, 'Hi');
    await fetch(`${world.url}/v1/runs/${id}/cancel`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
    });
    const page = await chromium.open();
    const requests = requestsOf(page);
    await page.goto(`${world.url}/console/runs/${id}`);
    await settled(page, requests);
    const before = requests.length;
    world.toReview(await start(world, 'Another one'));
    await page.getByRole('link', { name: 'Reviews 1' }).waitFor();
    expect(requests.slice(before).filter((path) => path.startsWith('/v1/runs'))).toEqual([]);
  });

  test('when the gateway is away what was there stays with a mark, and is up to date once it is back', async () => {
    await using world = await World.open();
    await using chromium = await watched();
    await start(world, 'Still here');
    const page = await chromium.open(`${world.url}/console/runs`);
    await page.getByText('Still here').waitFor();
    await world.stop();
    await page.getByText('Not refreshed: the gateway does not answer').first().waitFor();
    expect(await page.getByText('Still here').count()).toBe(1);
    await world.restart();
    await start(world, 'A new one');
    await page.getByRole('button', { name: '1 new' }).waitFor();
    await until(async () => (await page.getByText('Not refreshed').count()) === 0);
  });
});
