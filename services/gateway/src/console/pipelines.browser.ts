import { inChromium } from '../testing/browser.js';
import { runOf, violations, watched } from '../testing/console.js';
import { World } from '../testing/world.js';

inChromium('the page of a pipeline', () => {
  test('a run is started from the page of its pipeline, which leads to the run', async () => {
    await using world = await World.open();
    await using chromium = await watched();
    const page = await chromium.open(`${world.url}/console/pipelines/reply`);
    await page.getByRole('button', { name: 'Start a run' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Input (JSON)').fill('{ "text": "Where is my refund?" }');
    expect(await violations(page)).toEqual([]);
    await dialog.getByRole('button', { name: 'Start', exact: true }).click();
    await page.waitForURL(/\/console\/runs\/run_/);
    const [, id = ''] = /\/runs\/(run_\w+)/.exec(page.url()) ?? [];
    expect((await runOf(world, id)).input).toEqual({ text: 'Where is my refund?' });
    expect(chromium.faults).toEqual([]);
  });

  test('an input that does not fit is refused in the form, with what is wrong with it', async () => {
    await using world = await World.open();
    await using chromium = await watched();
    const page = await chromium.open(`${world.url}/console/pipelines/reply`);
    await page.getByRole('button', { name: 'Start a run' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Input (JSON)').fill('{ "text": 7 }');
    await dialog.getByRole('button', { name: 'Start', exact: true }).click();
    await dialog.getByRole('alert').getByText('/input/text').waitFor();
    expect(world.published).toEqual([]);
    expect(chromium.faults).toEqual([]);
  });
});
