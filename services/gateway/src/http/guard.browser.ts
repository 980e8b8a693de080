import { Accepted, RunView } from '@millrace/contracts/http';
import { type Browser, browser, inChromium, otherSite } from '../testing/browser.js';
import { until, World } from '../testing/world.js';

/** Makes a page's script that tries every way to change something. */
const CHANGES = (gateway: string, run: string) => `(async () => {
  const start = JSON.stringify({ pipeline: 'reply', input: { text: 'from another site' } });
  const pause = '${gateway}/v1/stages/draft/pause';
  const runs = '${gateway}/v1/runs';
  const post = (url, more) => fetch(url, { method: 'POST', ...more });
  const form = (action, enctype, name) => new Promise((done) => {
    const frame = document.createElement('iframe');
    frame.name = 'f' + Math.random();
    const form = document.createElement('form');
    Object.assign(form, { method: 'POST', action, enctype, target: frame.name });
    const field = document.createElement('input');
    Object.assign(field, { name, value: '' });
    form.append(field);
    document.body.append(frame, form);
    frame.onload = done;
    form.submit();
  });
  const tries = [
    () => post(pause, { mode: 'no-cors' }),
    () => post(pause, { mode: 'no-cors', referrerPolicy: 'no-referrer' }),
    () => post(pause, { mode: 'no-cors', credentials: 'include', keepalive: true }),
    () => post('${gateway}/v1/runs/${run}/cancel', { mode: 'no-cors' }),
    () => post(runs, { mode: 'no-cors', body: start }),
    () => post(runs, { mode: 'no-cors', body: new URLSearchParams({ pipeline: 'reply' }) }),
    () => post(runs, { mode: 'no-cors', body: new Blob([start], { type: 'application/json' }) }),
    () => post(runs + '?pipeline=reply', { mode: 'no-cors', body: new Blob(['Subject: x'], { type: 'message/rfc822' }) }),
    () => post(runs, { headers: { 'content-type': 'application/json' }, body: start }),
    () => fetch(pause, { headers: { 'x-http-method-override': 'POST' } }),
    () => navigator.sendBeacon(pause),
    () => navigator.sendBeacon(runs, new Blob([start], { type: 'application/json' })),
    () => form(runs, 'text/plain', start.replace('}}', '},"x":"') + '"}'),
    () => form(pause, 'application/x-www-form-urlencoded', 'x'),
    () => form(pause, 'multipart/form-data', 'x'),
  ];
  for (const attempt of tries) await Promise.resolve(attempt()).catch(() => undefined);
  return tries.length;
})()`;

/** Makes a page's script that tries every way to read; the list is what it has seen. */
const READS = (gateway: string, run: string) => `(async () => {
  const seen = [];
  const paths = ['/', '/v1/runs', '/v1/runs/${run}', '/runs/${run}', '/metrics', '/openapi.json', '/console/'];
  for (const path of paths) {
    const text = await fetch('${gateway}' + path).then((answer) => answer.ok && answer.text(), () => '');
    if (text) seen.push('fetch ' + path);
    const opaque = await fetch('${gateway}' + path, { mode: 'no-cors' }).then(() => true, () => false);
    if (opaque) seen.push('no-cors ' + path);
    const loaded = await new Promise((done) => {
      const script = document.createElement('script');
      script.onload = () => done(true);
      script.onerror = () => done(false);
      script.src = '${gateway}' + path;
      document.head.append(script);
    });
    if (loaded) seen.push('script ' + path);
  }
  const image = await new Promise((done) => {
    const picture = new Image();
    picture.onload = () => done(true);
    picture.onerror = () => done(false);
    picture.src = '${gateway}/console/icon.svg';
  });
  if (image) seen.push('image');
  const events = await new Promise((done) => {
    const source = new EventSource('${gateway}/v1/runs/${run}/events');
    source.onopen = () => done(true);
    source.onerror = () => { source.close(); done(false); };
  });
  if (events) seen.push('events');
  return seen;
})()`;

const start = async (world: World) => {
  const body = JSON.stringify({ pipeline: 'reply', input: { text: 'My secret' } });
  const headers = { 'content-type': 'application/json' };
  return Accepted.parse(await (await fetch(`${world.url}/v1/runs`, { method: 'POST', headers, body })).json()).id;
};
const portOf = (world: World) => new URL(world.url).port;
const stateOf = async (world: World, run: string) =>
  RunView.parse(await (await fetch(`${world.url}/v1/runs/${run}`)).json()).status;

/** Returns the number of requests that the gateway itself has refused: that none was changed by must not be the browser's doing alone. */
async function refused(world: World): Promise<number> {
  const text = await (await fetch(`${world.url}/metrics`)).text();
  return [...text.matchAll(/^millrace_http_requests_total\{.*status="403".*\} (\d+)/gm)].reduce(
    (sum, [, count]) => sum + Number(count),
    0,
  );
}

inChromium('in a browser', () => {
  let chromium: Browser;
  beforeAll(async () => (chromium = await browser({ names: ['evil.example', 'rebound.example', 'millrace.lan'] })));
  afterAll(() => chromium?.[Symbol.asyncDispose]());

  test.each(['127.0.0.1', 'localhost', 'evil.example'])(
    'a page on another port of %s pauses, starts, cancels and reads nothing',
    async (name) => {
      await using world = await World.open();
      await using site = await otherSite();
      const run = await start(world);
      const before = world.published.length;
      const page = await chromium.open(`http://${name}:${site.port}/`);
      for (const gateway of [world.url, world.url.replace('127.0.0.1', 'localhost')]) {
        expect(await page.evaluate(READS(gateway, run))).toEqual([]);
        expect(await page.evaluate(CHANGES(gateway, run))).toBe(15);
      }
      expect(world.published.slice(before)).toEqual([]);
      expect(await stateOf(world, run)).toBe('running');
      expect(await until(() => refused(world))).toBeGreaterThan(30);
    },
  );

  test('a page cannot do so over plain HTTP with a name either, where browsers tell less', async () => {
    const settings = { publicUrls: ['http://millrace.lan'] };
    await using world = await World.open({ settings });
    await using site = await otherSite();
    const run = await start(world);
    const before = world.published.length;
    const page = await chromium.open(`http://evil.example:${site.port}/`);
    const gateway = `http://millrace.lan:${portOf(world)}`;
    expect((await page.evaluate(READS(gateway, run))) as string[]).not.toContainEqual(
      expect.stringMatching(/^fetch|events/),
    );
    await page.evaluate(CHANGES(gateway, run));
    expect(world.published.slice(before)).toEqual([]);
    const own = await chromium.open(`${gateway}/runs/${run}`);
    await own.getByText(run).first().waitFor();
  });

  test('a page whose name is pointed at the gateway (DNS rebinding) reads nothing and starts nothing', async () => {
    const site = await otherSite();
    const origin = `http://rebound.example:${site.port}`;
    const page = await chromium.open(`${origin}/`);
    // The page is loaded; from now on its name and port lead to the gateway.
    await site[Symbol.asyncDispose]();
    await using world = await World.open({ port: site.port });
    const run = await start(world);
    const before = world.published.length;
    expect(await page.evaluate('location.origin')).toBe(origin);
    const seen = (await page.evaluate(READS('', run))) as string[];
    expect(seen.filter((what) => !what.startsWith('no-cors'))).toEqual([]);
    expect(await page.evaluate(`fetch('/v1/runs/${run}').then((answer) => answer.text())`)).not.toContain('My secret');
    expect(await page.evaluate(CHANGES('', run))).toBe(15);
    expect(world.published.slice(before)).toEqual([]);
    expect(await until(() => refused(world))).toBeGreaterThan(20);
    expect((await page.goto(`${origin}/`))?.status()).toBe(403);
  });

  test('nobody can frame the page or hold on to its window', async () => {
    await using world = await World.open();
    await using site = await otherSite();
    const page = await chromium.open(`http://127.0.0.1:${site.port}/`);
    await page.evaluate(`document.body.innerHTML = '<iframe src="${world.url}/"></iframe>'`);
    await until(() => refused(world));
    for (const frame of page.frames().slice(1)) expect(await frame.content()).not.toContain('console');
    const [opened] = await Promise.all([
      chromium.context.waitForEvent('page'),
      page.evaluate(`window.held = window.open('${world.url}/'); undefined`),
    ]);
    await opened.waitForLoadState();
    expect(await opened.title()).toContain('Millrace');
    expect(await opened.evaluate('window.opener')).toBe(null);
    expect(await page.evaluate('held.closed')).toBe(true);
  });
});
