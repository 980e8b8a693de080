import { inChromium } from '../testing/browser.js';
import { runOf, start, watched } from '../testing/console.js';
import { until, World } from '../testing/world.js';

inChromium('the page of a run', () => {
  test('on a phone the form is one tap away from the top, and nothing is cut off', async () => {
    await using world = await World.open();
    await using chromium = await watched({ width: 390 });
    const id = await start(world, 'Hi\n'.repeat(200));
    world.toReview(id);
    const page = await chromium.open(`${world.url}/runs/${id}`);
    const link = page.getByRole('link', { name: 'Answer' });
    await page.locator('form.answer').waitFor();
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(390);
    expect((await link.boundingBox())!.y).toBeLessThan(500);
    await link.click();
    await page.waitForFunction(`document.querySelector('form').getBoundingClientRect().top < 300`);
    await page.getByText('✗ no').click();
    await page.getByRole('button', { name: 'Send the answer' }).click();
    await until(async () => (await runOf(world, id)).status === 'completed');
    expect((await runOf(world, id)).output).toMatchObject({ approved: false });
    expect(chromium.faults).toEqual([]);
  });

  test('Arabic runs from right to left, beside English', async () => {
    await using world = await World.open();
    await using chromium = await watched();
    const id = await start(world, 'مرحبا');
    const page = await chromium.open(`${world.url}/runs/${id}`);
    await page.getByText('Input of the run').click();
    const direction = `[...document.querySelectorAll('.prose')].filter((one) => one.textContent === 'مرحبا').map((one) => getComputedStyle(one).direction)[0]`;
    expect(await page.evaluate(direction)).toBe('rtl');
  });

  test('a run that is held says until when, or whose turn it waits for', async () => {
    await using world = await World.open();
    await using chromium = await watched();
    const [later, queued] = [await start(world, 'Later'), await start(world, 'Queued')];
    world.hold(later, '2030-01-02T03:04:05.000Z');
    world.hold(queued);
    const page = await chromium.open(`${world.url}/console/runs/${later}`);
    await page.getByText(/Held: it begins in .* \(2 Jan 2030, .*:04:05 .*\), as asked for/).waitFor();
    await page.goto(`${world.url}/console/runs/${queued}`);
    await page.getByText('it begins when its turn comes').waitFor();
    expect(chromium.faults).toEqual([]);
  });

  test('where something is wrong, a browser gets a page with what to do and the way back', async () => {
    await using world = await World.open();
    await using chromium = await watched({ width: 390 });
    const page = await chromium.open(`${world.url}/no/such/page`);
    await page.getByText('There is nothing at /no/such/page').waitFor();
    expect(await page.evaluate('getComputedStyle(document.querySelector("main")).textAlign')).toBe('center');
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(390);
    await page.getByRole('link', { name: 'Open the console' }).click();
    await page.getByRole('heading', { name: 'Overview' }).waitFor();
  });
});
