import { inChromium } from '../testing/browser.js';
import { runOf, start, violations, watched } from '../testing/console.js';
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

  test('what a step writes is shown as it comes, begins anew with another attempt, and gives way to the output', async () => {
    await using world = await World.open();
    await using chromium = await watched();
    const run = await start(world, 'Hi');
    const page = await chromium.open(`${world.url}/console/runs/${run}?step=classify`);
    const written = page.getByRole('region', { name: 'Written so far' });
    const isWatched = () => world.published.some(({ topic }) => topic === 'millrace.step-watches');
    await until(isWatched);
    const part = { run, step: 'classify', attempt: 1, ownAttempt: 1, startedAt: 1_000, writer: 'w1' };
    world.shows({ ...part, position: 0, text: 'Dear <b>' });
    await written.getByText('Dear <b>', { exact: true }).waitFor();
    world.shows({ ...part, position: 8, text: 'Ann' });
    await written.getByText('Dear <b>Ann', { exact: true }).waitFor();
    world.shows({ ...part, startedAt: 2_000, writer: 'w2', position: 0, text: 'Hello' });
    await written.getByText('Hello', { exact: true }).waitFor();
    expect(await written.getByText('Dear').count()).toBe(0);
    expect(await violations(page)).toEqual([]);
    world.completed(run, 'classify', { label: 'refund', confidence: 0.4 }, { next: ['draft'] });
    await page.getByRole('region', { name: 'Step classify' }).getByText('refund').waitFor();
    await until(async () => (await written.count()) === 0);
    expect(chromium.faults).toEqual([]);
  });

  test('a note on a run is seen by everybody who opens it', async () => {
    await using world = await World.open();
    await using chromium = await watched();
    const run = await start(world, 'Hi');
    const page = await chromium.open(`${world.url}/console/runs/${run}`);
    await page.getByRole('button', { name: 'Note' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Note', { exact: true }).fill('The customer has called.');
    await dialog.getByLabel('Your name').fill('ana');
    expect(await violations(page)).toEqual([]);
    await dialog.getByRole('button', { name: 'Add the note' }).click();
    await page.getByRole('list', { name: 'Notes' }).getByText('The customer has called.').waitFor();
    const other = await chromium.open(`${world.url}/console/runs/${run}`);
    await other.getByRole('list', { name: 'Notes' }).getByText('ana').waitFor();
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
