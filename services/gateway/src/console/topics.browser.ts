import { once } from 'node:events';
import { inChromium } from '../testing/browser.js';
import { start, violationsInBoth, watched } from '../testing/console.js';
import { until, World } from '../testing/world.js';

const TOPIC = 'millrace.stage.classify';

const fill = (world: World, n: number) => {
  for (let i = 0; i < n; i++)
    world.topicLog.add(
      { topic: TOPIC, partition: i % 4, key: `key-${i % 2}`, value: `{"n":${i}}` },
      Date.now() - n + i,
    );
};
const rows = (page: { locator: (selector: string) => { count: () => Promise<number> } }) =>
  page.locator('.records > li').count();

inChromium('the topics', () => {
  test('are found, opened and read with the keyboard alone; an event leads to its run', async () => {
    await using world = await World.open();
    await using chromium = await watched();
    const id = await start(world, 'Where is my refund?');
    const event = { type: 'run.woken', run: id, at: Date.now() };
    world.topicLog.add({ topic: 'millrace.runs', key: null, value: JSON.stringify([event, event]) });
    const page = await chromium.open(`${world.url}/console/`);
    await page.getByRole('heading', { name: 'Overview' }).waitFor();
    await page.keyboard.press('g');
    await page.keyboard.press('t');
    const link = page.getByRole('link', { name: /^millrace\.runs/ });
    await link.focus();
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'millrace.runs' }).waitFor();
    await page.getByText('run.woken +1').waitFor();
    await page.keyboard.press('j');
    await page.keyboard.press('Enter');
    await page.getByRole('link', { name: id }).first().focus();
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { level: 1, name: id }).waitFor();
    expect(chromium.faults).toEqual([]);
  });

  test('filters stand in the address: partition, offset, key and text; more come when asked for', async () => {
    await using world = await World.open();
    await using chromium = await watched();
    fill(world, 120);
    const page = await chromium.open(`${world.url}/console/topics/${TOPIC}`);
    await until(async () => (await rows(page)) === 50);
    await page.getByRole('button', { name: 'More records' }).click();
    await until(async () => (await rows(page)) === 100);
    await page.getByLabel('Key').fill('key-1');
    await page.getByLabel('Text').fill('"n":7');
    await page.getByRole('button', { name: 'Read' }).click();
    await page.waitForURL(/key=key-1&text=/);
    // 7, 71, 73, 75, 77 and 79.
    await until(async () => (await rows(page)) === 6);
    await page.reload();
    await until(async () => (await rows(page)) === 6);
    await page.getByLabel('Text').fill('');
    await page.getByLabel('Begin').selectOption('From an offset');
    await page.getByLabel('Partition').selectOption('1');
    await page.getByLabel('Offset', { exact: true }).fill('28');
    await page.getByRole('button', { name: 'Read' }).click();
    await page.getByText('{"n":117}').waitFor();
    expect(await rows(page)).toBe(2);
    expect(chromium.faults).toEqual([]);
  });

  test('a time is one of the zone that is chosen', async () => {
    await using world = await World.open();
    await using chromium = await watched({ timeZone: 'Asia/Tokyo' });
    for (const hour of [8, 9, 10])
      world.topicLog.add({ topic: TOPIC, key: 'k', value: `${hour}` }, Date.UTC(2026, 0, 31, hour));
    const page = await chromium.open(`${world.url}/console/topics/${TOPIC}`);
    await until(async () => (await rows(page)) === 3);
    await page.getByLabel('Begin').selectOption('From a time');
    await page.getByLabel('Time (local)').fill('2026-01-31T18:00:00');
    await page.getByRole('button', { name: 'Read' }).click();
    await page.waitForURL(/at=2026-01-31T09/);
    await until(async () => (await rows(page)) === 2);
    expect(await page.getByLabel('Time (local)').inputValue()).toBe('2026-01-31T18:00');
  });

  test('a search is stopped, goes on, and ends when its page is left', async () => {
    await using world = await World.open();
    await using chromium = await watched();
    fill(world, 8);
    const { browse } = world.topicLog;
    let ended = 0;
    // Each reading takes until nobody wants it.
    world.topicLog.browse = async ({ signal }) => {
      await once(signal!, 'abort');
      ended++;
      return [];
    };
    const page = await chromium.open(`${world.url}/console/topics/${TOPIC}`);
    await page.getByText('Reading …').waitFor();
    await page.getByRole('button', { name: 'Stop' }).click();
    await page.getByText('Stopped.').waitFor();
    await until(() => ended === 4);
    await page.getByRole('button', { name: 'Go on' }).click();
    await page.getByText('Reading …').waitFor();
    await page.getByRole('link', { name: 'Stages' }).click();
    await page.getByRole('heading', { name: 'Stages' }).waitFor();
    await until(() => ended === 8);
    world.topicLog.browse = browse;
    await page.goBack();
    await until(async () => (await rows(page)) === 8);
    expect(chromium.faults).toEqual([]);
  });

  test('a value is shown as what it is, and a long one is loaded on demand; nothing in it acts', async () => {
    await using world = await World.open();
    await using chromium = await watched({ width: 390 });
    const attack = `<img src=x onerror="document.title='pwned'">\u202Egnp.exe `;
    world.topicLog.add({ topic: TOPIC, partition: 0, key: 'k', value: attack + 'x'.repeat(100_000) + 'the end' });
    world.topicLog.add({ topic: TOPIC, partition: 1, key: 'k', value: Buffer.from([0xff, 0xfe, 0x41]) });
    world.topicLog.add({ topic: TOPIC, partition: 2, key: attack, value: '{"a":[1]}', headers: { [attack]: attack } });
    const page = await chromium.open(`${world.url}/console/topics/${TOPIC}`);
    await page.getByRole('button', { name: /^0\/0/ }).click();
    await page.getByText('does not fit', { exact: false }).first().waitFor();
    await page.getByRole('button', { name: 'Load the value' }).click();
    await page.getByText('more bytes').waitFor();
    await page.getByRole('button', { name: /^1\/0/ }).click();
    await page.getByText('000000 ff fe 41').waitFor();
    await page.getByRole('button', { name: /^2\/0/ }).click();
    await page.getByText('"a": [').waitFor();
    expect(await page.title()).not.toBe('pwned');
    expect(await page.evaluate('document.querySelectorAll("main img").length')).toBe(0);
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(390);
    expect(chromium.faults).toEqual([]);
  });

  test('a gateway that hides content offers no search by it, and says so', async () => {
    await using world = await World.open({ recordContent: 'hidden' });
    await using chromium = await watched();
    fill(world, 2);
    const page = await chromium.open(`${world.url}/console/topics/${TOPIC}`);
    await page.getByText('not what they hold').waitFor();
    await until(async () => (await rows(page)) === 2);
    expect([await page.getByLabel('Text').count(), await page.getByText('key-1').count()]).toEqual([0, 0]);
  });

  test.each([1280, 380])('axe finds nothing, full and empty, and nothing sticks out at %d px', async (width) => {
    await using world = await World.open();
    await using chromium = await watched({ width });
    fill(world, 30);
    world.topicLog.add({ topic: 'millrace.intake', key: null, value: '{}' });
    world.topicLog.committed.set(TOPIC, new Map([['reports', [2, 1, 0, 2]]]));
    const page = await chromium.open(`${world.url}/console/topics`);
    await page.getByRole('link', { name: /^millrace\.intake/ }).waitFor();
    const found = await violationsInBoth(page);
    await page.goto(`${world.url}/console/topics/${TOPIC}`);
    await page.getByRole('button', { name: /^1\/7/ }).click();
    await page.getByRole('button', { name: 'Hex' }).waitFor();
    expect([...found, ...(await violationsInBoth(page))]).toEqual([]);
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(width);
    await page.goto(`${world.url}/console/topics/${TOPIC}?text=nowhere`);
    await page.getByRole('heading', { name: 'No record fits' }).waitFor();
    expect(await violationsInBoth(page)).toEqual([]);
    await page.goto(`${world.url}/console/topics/millrace.nothing`);
    await page.getByRole('heading', { name: 'Not found' }).waitFor();
    expect(chromium.faults).toEqual([]);
  });
});
