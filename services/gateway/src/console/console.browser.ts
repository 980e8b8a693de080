import { inChromium } from '../testing/browser.js';
import { proxyBelow, runOf, seed, start, violations, watched } from '../testing/console.js';
import { until, World } from '../testing/world.js';

inChromium('the console', () => {
  test('the list follows the runs without moving: new ones are counted until they are asked for', async () => {
    await using world = await World.open();
    await using chromium = await watched();
    const first = await start(world, 'The first one');
    const page = await chromium.open(`${world.url}/console/runs`);
    await page.getByText('The first one').waitFor();
    await start(world, 'The second one');
    world.toReview(first);
    await page.getByRole('button', { name: '1 new' }).waitFor();
    await page.getByText('for the group support').waitFor();
    expect(await page.getByText('The second one').count()).toBe(0);
    await page.getByRole('button', { name: '1 new' }).click();
    await page.getByText('The second one').waitFor();
    expect(chromium.faults).toEqual([]);
  });

  test('filters stand in the address, and a run is opened and left by the keyboard, with its place kept', async () => {
    await using world = await World.open();
    await using chromium = await watched();
    const { waiting, done } = await seed(world);
    const page = await chromium.open(`${world.url}/console/runs`);
    await page
      .getByRole('navigation', { name: 'State' })
      .getByRole('link', { name: /waiting for a person/ })
      .click();
    await page.waitForURL(/state=waiting-for-person/);
    await page.getByText('Where is my refund?').waitFor();
    await until(async () => (await page.getByText('Thank you for').count()) === 0);
    await page.keyboard.press('j');
    await page.keyboard.press('Enter');
    await page.waitForURL(new RegExp(waiting));
    await page.goBack();
    await page.waitForURL(/state=waiting-for-person/);
    await page.reload();
    await page.getByText('Where is my refund?').waitFor();
    expect(await page.getByText(done).count()).toBe(0);
    expect(chromium.faults).toEqual([]);
  });

  test('a run shows its path, follows what happens, and offers the acts that are possible and no others', async () => {
    await using world = await World.open();
    await using chromium = await watched();
    const id = await start(world, 'Hi');
    const page = await chromium.open(`${world.url}/console/runs/${id}`);
    await page.locator('.node.running', { hasText: 'classify' }).waitFor();
    world.toReview(id);
    await page.locator('.node.waiting', { hasText: 'approve' }).waitFor();
    await page.getByRole('button', { name: 'Cancel', exact: true }).click();
    await page.getByLabel('Your name').last().fill('ana');
    await page.getByRole('dialog').getByRole('button', { name: 'Cancel', exact: true }).click();
    await page.getByRole('heading', { level: 1, name: /cancelled/ }).waitFor();
    expect(await page.getByRole('button', { name: /Cancel|Pause/ }).count()).toBe(0);
    expect(world.facts(id).at(-1)).toMatchObject({ type: 'run.cancelled', by: 'ana' });
    expect(chromium.faults).toEqual([]);
  });

  test('a parked step says why and what to do, and is redriven from its run', async () => {
    await using world = await World.open();
    await using chromium = await watched();
    const id = await start(world, 'Hi');
    world.failed(id, 'classify', 'The <model> broke.');
    const page = await chromium.open(`${world.url}/console/dead-letters?view=letters`);
    await page.getByText('The <model> broke.').click();
    await page.getByText('Correct the step’s input').waitFor();
    await page.getByRole('button', { name: 'Redrive' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Redrive' }).click();
    await page.waitForURL(new RegExp(`/runs/${id}`));
    await until(async () => (await runOf(world, id)).status === 'running');
    expect(chromium.faults).toEqual([]);
  });

  test('a review is answered with the keyboard alone, with its reasons first and the draft in the form', async () => {
    await using world = await World.open();
    await using chromium = await watched();
    const id = await start(world, 'Hi');
    world.toReview(id);
    const page = await chromium.open(`${world.url}/console/`);
    await page.getByRole('heading', { name: 'Overview' }).waitFor();
    await page.keyboard.press('g');
    await page.keyboard.press('v');
    await page.getByText('Confidence below threshold').first().waitFor();
    expect(await page.getByRole('textbox', { name: 'Text', exact: true }).inputValue()).toBe('Dear customer');
    await page.keyboard.press('a');
    await page.getByRole('radio', { name: 'yes' }).focus();
    await page.keyboard.press('Control+Enter');
    await until(async () => (await runOf(world, id)).status === 'completed');
    expect((await runOf(world, id)).output).toEqual({ text: 'Dear customer', approved: true });
    await page.getByText('Nothing waits for a person').waitFor();
    expect(chromium.faults).toEqual([]);
  });

  test('a review is claimed by name, and what somebody else has answered is taken away politely', async () => {
    await using world = await World.open();
    await using chromium = await watched();
    const id = await start(world, 'Hi');
    world.toReview(id);
    const page = await chromium.open(`${world.url}/console/reviews`);
    await page.getByText('Confidence below threshold').first().waitFor();
    await page.getByRole('button', { name: 'Claim' }).waitFor();
    await page.keyboard.press('c');
    await page.getByRole('dialog').getByLabel('Your name').fill('ana');
    await page.keyboard.press('Enter');
    await page.getByText('Claimed by ana', { exact: true }).or(page.getByText('✋ Claimed by ana')).first().waitFor();
    const headers = { 'content-type': 'application/json' };
    const body = JSON.stringify({ answer: { approved: false }, by: 'ana' });
    await fetch(`${world.url}/v1/reviews/${id}.approve`, { method: 'POST', headers, body });
    await page.getByText('has gone: somebody else answered it').waitFor();
    expect(chromium.faults).toEqual([]);
  });

  test('a mail with scripts, lines without end and marks that turn text around shows harmlessly', async () => {
    await using world = await World.open();
    await using chromium = await watched({ width: 390 });
    const attack = `<script>document.title='pwned'</script><img src=x onerror="document.title='pwned'">\u202Egnp.exe ${'x'.repeat(300_000)}`;
    const id = await start(world, attack);
    world.completed(id, 'classify', { label: attack, confidence: 1 }, { next: ['draft'] });
    const page = await chromium.open(`${world.url}/console/runs/${id}`);
    await page.getByText('Input of the run').click();
    await page.getByText('more characters are in the download').first().waitFor();
    expect(await page.title()).not.toBe('pwned');
    expect(await page.evaluate('document.querySelectorAll("main img, main script").length')).toBe(0);
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(390);
    expect(chromium.faults).toEqual([]);
  });

  test('what does not exist, and a gateway that is away, are pages; what was there before stays, with a mark', async () => {
    await using world = await World.open();
    await using chromium = await watched();
    const id = await start(world, 'Still here');
    const page = await chromium.open(`${world.url}/console/runs/run_none`);
    await page.getByRole('heading', { name: 'Not found' }).waitFor();
    await page.goto(`${world.url}/console/nowhere`);
    await page.getByRole('heading', { name: 'There is no such page' }).waitFor();
    await page.goto(`${world.url}/console/runs`);
    await page.getByText('Still here').waitFor();
    world.storeIsUp = false;
    await page.getByText('Not refreshed').first().waitFor();
    expect(await page.getByText('Still here').count()).toBe(1);
    world.storeIsUp = true;
    await until(async () => (await page.getByText('Not refreshed').count()) === 0);
    expect(id).toBeTruthy();
  });

  test('the console works below a path that a proxy puts before it', async () => {
    await using world = await World.open();
    await using chromium = await watched();
    await using proxy = await proxyBelow('/ops/millrace', world.url);
    const { waiting } = await seed(world);
    const page = await chromium.open(`${proxy.url}/ops/millrace/console/runs/${waiting}`);
    await page.locator('.node.waiting').waitFor();
    await page.getByRole('link', { name: 'Pipelines', exact: true }).click();
    await page.getByRole('link', { name: 'reply', exact: true }).click();
    await page.waitForURL(`${proxy.url}/ops/millrace/console/pipelines/reply`);
    await page.locator('.node', { hasText: 'approve' }).waitFor();
    expect(chromium.faults).toEqual([]);
  });

  test('Ctrl K finds a page, a pipeline and a run; ? shows the keys', async () => {
    await using world = await World.open();
    await using chromium = await watched();
    const { waiting } = await seed(world);
    const page = await chromium.open(`${world.url}/console/`);
    await page.getByRole('heading', { name: 'Overview' }).waitFor();
    await page.keyboard.press('?');
    await page.getByRole('dialog', { name: 'Keys' }).waitFor();
    await page.keyboard.press('Escape');
    await page.keyboard.press('Control+k');
    await page.getByRole('combobox', { name: /Find/ }).fill(waiting);
    await page.keyboard.press('Enter');
    await page.waitForURL(new RegExp(`/console/runs/${waiting}`));
    expect(chromium.faults).toEqual([]);
  });

  test.each([
    ['light', false],
    ['dark', true],
  ])('in %s, axe finds nothing to object to on any screen, with data and without', async (_, dark) => {
    await using empty = await World.open();
    await using world = await World.open();
    await using chromium = await watched({ dark });
    const { waiting, parked, done } = await seed(world);
    const [letter] = world.deadLetters.keys();
    const page = await chromium.open();
    const lists = [
      '',
      'runs',
      'reviews',
      'dead-letters',
      'dead-letters?view=letters',
      'jobs',
      'pipelines',
      'stages',
      'models',
      'schedules',
    ];
    const found: string[] = [];
    const screens = [
      ...lists.map((path) => `${empty.url}/console/${path}`),
      ...[...lists, `runs/${waiting}`, `runs/${parked}`, `runs/${done}`, `dead-letters/${letter}`].map(
        (path) => `${world.url}/console/${path}`,
      ),
      ...['pipelines/reply', 'runs/run_none', 'nowhere'].map((path) => `${world.url}/console/${path}`),
    ];
    for (const url of screens) {
      await page.goto(url);
      await page.locator('h1, h2').first().waitFor();
      await until(async () => (await page.locator('.skeleton').count()) === 0);
      for (const one of await violations(page)) found.push(`${url}: ${one}`);
    }
    expect(found).toEqual([]);
    expect(chromium.faults).toEqual([]);
  });
});
