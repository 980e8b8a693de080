import { inChromium } from '../testing/browser.js';
import { seed, violations, watched } from '../testing/console.js';
import { until, World } from '../testing/world.js';

/** The words of everything that changes something. */
const ACTS =
  /^(Cancel|Cancel and undo|Pause|Resume|Move|Note|Redrive.*|Resolve.*|Reopen|Assign|Tag|Link a ticket|Replay from here|Send.*|Claim.*|Give back|Take over|Start a run|Limits|Promote.*|Roll back.*|Give a share.*)$/i;

inChromium('somebody who may only look', () => {
  test('sees every page and no act on any of them', async () => {
    await using world = await World.open();
    await using chromium = await watched();
    const { waiting, parked, running } = await seed(world);
    const [letter] = world.deadLetters.keys();
    await world.stop();
    await world.restart({ readOnly: true });
    const page = await chromium.open();
    for (const path of [
      ...['', 'runs?state=running', 'reviews', 'dead-letters', 'dead-letters?view=letters', `dead-letters/${letter}`],
      ...[`runs/${waiting}?step=approve`, `runs/${parked}`, `runs/${running}`, 'pipelines/reply', 'stages'],
    ]) {
      await page.goto(`${world.url}/console/${path}`);
      await page.locator('h1, h2').first().waitFor();
      await page.getByText('Read only').waitFor();
      await until(async () => (await page.locator('.skeleton').count()) === 0);
      const names = await page.getByRole('button').allTextContents();
      expect([path, names.filter((name) => ACTS.test(name.trim()))]).toEqual([path, []]);
      expect([path, await violations(page)]).toEqual([path, []]);
    }
    // No key does what no button does.
    await page.goto(`${world.url}/console/reviews`);
    await page.getByText('It cannot be answered here').waitFor();
    await page.keyboard.press('c');
    await page.keyboard.press('a');
    expect(await page.getByRole('dialog').count()).toBe(0);
    expect(chromium.faults).toEqual([]);
  });
});
