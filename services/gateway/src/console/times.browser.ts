import { inChromium } from '../testing/browser.js';
import { start, watched } from '../testing/console.js';
import { World } from '../testing/world.js';

inChromium('times', () => {
  test('are those of the machine that somebody sits at, until another zone is chosen', async () => {
    await using world = await World.open();
    await using chromium = await watched({ timeZone: 'Asia/Tokyo' });
    const run = await start(world, 'Later');
    world.hold(run, '2030-01-02T20:04:05.000Z');
    const page = await chromium.open(`${world.url}/console/runs/${run}`);
    await page.getByText(/3 Jan 2030, 05:04:05 (GMT\+9|JST)/).waitFor();
    await page.getByLabel('Time zone').selectOption('UTC');
    await page.getByText('2 Jan 2030, 20:04:05 UTC').waitFor();
    // It is chosen once.
    await page.reload();
    await page.getByText('2 Jan 2030, 20:04:05 UTC').waitFor();
    expect(chromium.faults).toEqual([]);
  });

  test('tell the hour that comes twice apart, when the clocks are put back', async () => {
    await using world = await World.open();
    await using chromium = await watched({ timeZone: 'Europe/Berlin' });
    const page = await chromium.open();
    for (const [at, shown] of [
      ['2030-10-27T00:30:00.000Z', /27 Oct 2030, 02:30:00 (GMT\+2|CEST)/],
      ['2030-10-27T01:30:00.000Z', /27 Oct 2030, 02:30:00 (GMT\+1|CET)/],
    ] as const) {
      const run = await start(world, at);
      world.hold(run, at);
      await page.goto(`${world.url}/console/runs/${run}`);
      await page.getByText(shown).waitFor();
    }
    expect(chromium.faults).toEqual([]);
  });

  test('follow the clock of the machine when it is put forward', async () => {
    await using world = await World.open();
    await using chromium = await watched();
    const run = await start(world, 'Hi');
    const page = await chromium.open();
    await page.clock.install();
    await page.goto(`${world.url}/console/runs/${run}`);
    await page.getByText(/Accepted (just now|\d+ s ago)/).waitFor();
    await page.clock.fastForward('02:00:00');
    await page.getByText('Accepted 2 h ago').waitFor();
    expect(chromium.faults).toEqual([]);
  });
});
