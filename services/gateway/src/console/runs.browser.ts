import { readFile } from 'node:fs/promises';
import { inChromium } from '../testing/browser.js';
import { runOf, seed, start, violations, watched } from '../testing/console.js';
import { until, World } from '../testing/world.js';

inChromium('the list of runs', () => {
  test('chips count the runs of each state, say in words what holds them up, and lead to them', async () => {
    await using world = await World.open();
    await using chromium = await watched();
    await seed(world);
    const page = await chromium.open(`${world.url}/console/runs`);
    const states = page.getByRole('navigation', { name: 'State' });
    await states.getByRole('link', { name: /dead-lettered 1/ }).click();
    await page.waitForURL(/state=dead-lettered/);
    await page.getByText('My card was charged twice').waitFor();
    await until(async () => (await page.locator('.runs > li').count()) === 1);
    expect(await page.locator('.runs > li').innerText()).toContain('STAGE_INPUT_INVALID');
    expect(await violations(page)).toEqual([]);
    expect(chromium.faults).toEqual([]);
  });

  test('filters are kept under a name, and gone back to on the next visit', async () => {
    await using world = await World.open();
    await using chromium = await watched();
    await seed(world);
    const page = await chromium.open(`${world.url}/console/runs?state=dead-lettered`);
    await page.getByRole('button', { name: 'Save this view' }).click();
    await page.getByLabel('Name of the view').fill('Broken');
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Forget this view' }).waitFor();
    await page.goto(`${world.url}/console/runs`);
    await page.getByLabel('Saved views').selectOption('Broken');
    await page.waitForURL(/state=dead-lettered/);
    expect(chromium.faults).toEqual([]);
  });

  test('all runs that match are cancelled at once: how many is said before, and how far it is meanwhile', async () => {
    await using world = await World.open();
    await using chromium = await watched();
    const running = await Promise.all(['One', 'Two', 'Three'].map((text) => start(world, text)));
    const waiting = await start(world, 'Waits');
    world.toReview(waiting);
    const page = await chromium.open(`${world.url}/console/runs?state=running`);
    await page.getByRole('button', { name: 'cancel' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('heading', { name: 'Cancel 3 runs?' }).waitFor();
    await dialog.getByLabel('Your name').fill('ana');
    await dialog.getByRole('button', { name: 'Cancel', exact: true }).click();
    await dialog.getByText('3 of 3 done').waitFor();
    for (const id of running) expect((await runOf(world, id)).status).toBe('cancelled');
    expect((await runOf(world, waiting)).status).toBe('waiting');
    expect(await violations(page)).toEqual([]);
    expect(chromium.faults).toEqual([]);
  });

  test.each([
    ['CSV', /^id,pipeline,plan,status,state/],
    ['JSON', /"subject": "Where is my refund\?"/],
  ])('the runs that match are saved as %s', async (format, content) => {
    await using world = await World.open();
    await using chromium = await watched();
    const { waiting, done } = await seed(world);
    const page = await chromium.open(`${world.url}/console/runs?status=waiting`);
    await page.getByText('Where is my refund?').waitFor();
    await page.getByRole('button', { name: 'Export' }).click();
    expect(await violations(page)).toEqual([]);
    const saved = page.waitForEvent('download');
    await page
      .getByRole('dialog')
      .getByRole('button', { name: `Save as ${format}` })
      .click();
    const file = await saved;
    expect(file.suggestedFilename()).toBe(`runs.${format.toLowerCase()}`);
    const text = await readFile(await file.path(), 'utf8');
    expect(text).toMatch(content);
    expect(text).toContain(waiting);
    expect(text).not.toContain(done);
    expect(chromium.faults).toEqual([]);
  });

  test('the row that was opened is the current one after the way back', async () => {
    await using world = await World.open();
    await using chromium = await watched();
    for (const text of ['One', 'Two', 'Three']) await start(world, text);
    const page = await chromium.open(`${world.url}/console/runs`);
    await page.locator('.runs').getByText('One').waitFor();
    await page.keyboard.press('j');
    await page.keyboard.press('j');
    const current = await page.locator('.run.current').innerText();
    await page.keyboard.press('Enter');
    await page.waitForURL(/\/runs\/run_/);
    await page.goBack();
    await page.locator('.run.current').waitFor();
    expect((await page.locator('.run.current').innerText()).split('\n')[1]).toBe(current.split('\n')[1]);
    expect(chromium.faults).toEqual([]);
  });
});
