import { Accepted, RunView } from '@millrace/contracts/http';
import { browser, inChromium } from '../testing/browser.js';
import { until, World } from '../testing/world.js';

const start = async (world: World, text: string) => {
  const body = JSON.stringify({ pipeline: 'reply', input: { text } });
  const headers = { 'content-type': 'application/json' };
  return Accepted.parse(await (await fetch(`${world.url}/v1/runs`, { method: 'POST', headers, body })).json()).id;
};
const runOf = async (world: World, id: string) =>
  RunView.parse(await (await fetch(`${world.url}/v1/runs/${id}`)).json());

inChromium('the page of a run in a browser', () => {
  test('on a phone the form is one tap away from the top, wherever one has scrolled to, and nothing is cut off', async () => {
    await using world = await World.open();
    await using chromium = await browser({ width: 390 });
    const id = await start(world, 'Hi\n'.repeat(200));
    world.toReview(id);
    const page = await chromium.open(`${world.url}/runs/${id}`);
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(390);
    const link = page.locator('.needs a');
    expect((await link.boundingBox())!.y).toBeLessThan(500);
    await link.click();
    await page.waitForFunction(`document.querySelector('form').getBoundingClientRect().top < 300`);
    expect((await link.boundingBox())!.y).toBeLessThan(100);
    await page.click('form button[value="false"]');
    await until(async () => (await runOf(world, id)).status === 'completed');
    expect((await runOf(world, id)).output).toMatchObject({ approved: false });
  });

  test('Arabic runs from right to left, line by line, beside English', async () => {
    await using world = await World.open();
    await using chromium = await browser();
    const id = await start(world, 'مرحبا');
    const page = await chromium.open(`${world.url}/runs/${id}`);
    const direction = `getComputedStyle([...document.querySelectorAll('.prose')].find((one) => one.textContent === 'مرحبا')).direction`;
    expect(await page.evaluate(direction)).toBe('rtl');
  });

  test('an answer may hold a text, and the second button is a no', async () => {
    await using world = await World.open();
    await using chromium = await browser({ dark: true });
    const id = await start(world, 'Hi');
    world.toReview(id);
    const page = await chromium.open(`${world.url}/runs/${id}`);
    await page.fill('[data-field="text"]', 'Another reply');
    await page.click('form button[value="true"]');
    await until(async () => (await runOf(world, id)).status === 'completed');
    expect((await runOf(world, id)).output).toEqual({ text: 'Another reply', approved: true });
  });
});
