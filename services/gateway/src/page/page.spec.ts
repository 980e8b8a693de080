import { Accepted, History, RunView } from '@millrace/contracts/http';
import { World } from '../testing/world.js';
import { fieldsOf, sentenceOf } from './words.js';

const start = async (world: World, text = 'Hi') => {
  const body = JSON.stringify({ pipeline: 'reply', input: { text } });
  const headers = { 'content-type': 'application/json' };
  return Accepted.parse(await (await fetch(`${world.url}/v1/runs`, { method: 'POST', headers, body })).json()).id;
};
const HTML = { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' };
const page = async (world: World, path: string) => (await fetch(world.url + path)).text();

test('the list shows runs, filtered by status', async () => {
  await using world = await World.open();
  expect(await page(world, '/')).toContain('No runs yet');
  const waiting = await start(world);
  world.toReview(waiting);
  const running = await start(world);
  expect(await page(world, '/')).toContain(running);
  const filtered = await page(world, '/?status=waiting');
  expect(filtered).toContain(waiting);
  expect(filtered).not.toContain(running);
});

test('a degraded run says so, and the list shows such runs alone', async () => {
  await using world = await World.open();
  const [plain, degraded] = [await start(world), await start(world)];
  world.toReview(plain);
  world.toReviewDegraded(degraded);
  expect(await page(world, `/runs/${degraded}`)).toMatch(/Degraded:[^]*href="#step-draft"[^]*MODEL_BUSY/);
  expect(await page(world, `/runs/${plain}`)).not.toContain('Degraded:');
  const filtered = await page(world, '/?degraded=true');
  expect(filtered).toContain(degraded);
  expect(filtered).not.toContain(plain);
});

test('a run shows what each step came to, on its page, in the API and in its events', async () => {
  await using world = await World.open();
  const id = await start(world);
  const summary = 'About <refund>';
  world.completed(id, 'classify', { label: 'refund', confidence: 0.4 }, { next: ['draft'], summary });
  expect(await page(world, `/runs/${id}`)).toContain('<p dir="auto">About &lt;refund&gt;</p>');
  const { steps } = RunView.parse(JSON.parse(await page(world, `/v1/runs/${id}`)));
  expect(steps.map((step) => [step.name, step.summary])).toEqual(
    expect.arrayContaining([
      ['classify', summary],
      ['draft', undefined],
    ]),
  );
  const { items } = History.parse(JSON.parse(await page(world, `/v1/runs/${id}/history`)));
  expect(items).toContainEqual(expect.objectContaining({ type: 'step.completed', summary }));
});

test('a waiting run shows what to decide on, and a form for the answer', async () => {
  await using world = await World.open();
  const id = await start(world);
  world.toReview(id);
  const html = await page(world, `/runs/${id}`);
  expect(html).toContain('Dear customer');
  expect(html).toContain(`data-action="/v1/reviews/${id}.approve"`);
  expect(html).toContain('data-field="approved"');
  expect(html).toContain(`/v1/runs/${id}/cancel`);
});

test('a review shows whom it is for, who has claimed it, and the way to claim it or give it back', async () => {
  await using world = await World.open();
  const id = await start(world);
  world.toReview(id);
  const html = await page(world, `/runs/${id}`);
  expect(html).toContain('for the group support');
  expect(html).toContain(`data-post="/v1/reviews/${id}.approve/claim"`);
  const headers = { 'content-type': 'application/json' };
  const body = JSON.stringify({ by: '<b>ann</b>' });
  await fetch(`${world.url}/v1/reviews/${id}.approve/claim`, { method: 'POST', headers, body });
  const claimed = await page(world, `/runs/${id}`);
  expect(claimed).toContain('claimed by &lt;b&gt;ann&lt;/b&gt;');
  expect(claimed).toContain(`data-post="/v1/reviews/${id}.approve/unclaim"`);
});

test('a parked run shows the failure, the remedy and the way on; a finished one offers nothing', async () => {
  await using world = await World.open();
  const id = await start(world);
  world.failed(id, 'classify', 'The <model> broke.');
  const html = await page(world, `/runs/${id}`);
  expect(html).toContain('The &lt;model&gt; broke.');
  expect(html).toContain('Correct the step’s input');
  expect(html).toMatch(/data-post="\/v1\/dead-letters\/dl_\w+\/redrive"/);
  await fetch(`${world.url}/v1/runs/${id}/cancel`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
  });
  expect(await page(world, `/runs/${id}`)).not.toContain('data-post');
});

test('nothing that somebody sent becomes markup', async () => {
  await using world = await World.open();
  const attack = `"><script>alert(1)</script><img src=x onerror='alert(2)'>{{ 1 | plus: 1 }}</pre></textarea>`;
  const id = await start(world, attack);
  world.completed(id, 'classify', { label: attack, [attack]: attack, confidence: 1 }, { next: ['draft'] });
  world.completed(id, 'draft', { text: attack });
  const body = JSON.stringify({ answer: { approved: true }, by: attack, reason: attack });
  const headers = { 'content-type': 'application/json' };
  await fetch(`${world.url}/v1/reviews/${id}.approve`, { method: 'POST', headers, body });
  const html = await page(world, `/runs/${id}`);
  expect(html).not.toMatch(/<script>|<img/);
  expect(html).toContain('{{ 1 | plus: 1 }}');
  const query = await fetch(`${world.url}/?pipeline=${encodeURIComponent(attack)}`);
  expect(await query.text()).not.toMatch(/<script>|<img/);
});

test('the browser is told to run no script but the page’s own', async () => {
  await using world = await World.open();
  const response = await fetch(world.url);
  const policy = response.headers.get('content-security-policy');
  expect(policy).toContain("script-src 'self'");
  expect(policy).not.toContain('unsafe');
  expect(await response.text()).not.toMatch(/ style=| on\w+=|<style|<script>/);
  for (const [path, type] of Object.entries({
    '/app.js': 'text/javascript',
    '/app.css': 'text/css',
    '/icon.svg': 'image/svg+xml',
  })) {
    expect((await fetch(world.url + path)).headers.get('content-type')).toContain(type);
  }
});

test('a run that is not there is a page that says so', async () => {
  await using world = await World.open();
  const response = await fetch(`${world.url}/runs/nope`);
  expect(response.status).toBe(404);
  expect(await response.text()).toContain('No such run');
});

test('where something is wrong, somebody who looks gets a page with what to do, and a program gets JSON', async () => {
  await using world = await World.open();
  for (const [path, status, words] of [
    ['/nowhere', 404, 'There is nothing at /nowhere'],
    ['/v1/runs/nope', 404, 'No such run'],
    ['/?q=x', 400, 'There is no query parameter &#34;q&#34; here; there are status, pipeline'],
    ['/?limit=0', 400, 'The query parameter &#34;limit&#34; is not valid'],
    ['/?status=%3Cscript%3E', 400, 'status'],
    ['/?cursor=nope', 400, 'cursor'],
  ] as const) {
    const shown = await fetch(world.url + path, { headers: HTML });
    const html = await shown.text();
    expect([path, shown.status, shown.headers.get('content-type')]).toEqual([path, status, 'text/html; charset=utf-8']);
    expect(html).toContain(words);
    expect(html).toContain('href="/"');
    expect(html).not.toMatch(/Unrecognized key|the body|<script>/i);
    const told = await fetch(world.url + path, { headers: { accept: 'application/json' } });
    expect([told.status, told.headers.get('content-type')]).toEqual([status, 'application/problem+json']);
  }
  const post = await fetch(`${world.url}/v1/runs`, { method: 'POST', headers: HTML });
  expect(post.headers.get('content-type')).toBe('application/problem+json');
});

test('a run without child runs says whose they are not, and not that there are no runs yet', async () => {
  await using world = await World.open();
  const html = await page(world, `/?parent=run_00000000000000000000000000`);
  expect(html).not.toContain('No runs yet');
  expect(html).toContain('It has no child runs like this.');
  expect(html).toContain('href="/runs/run_00000000000000000000000000"');
});

test('a run that is held says until when; one that waits for its turn says why', async () => {
  await using world = await World.open();
  const held = async (startAt?: string) => {
    const id = await start(world);
    world.hold(id, startAt);
    return page(world, `/runs/${id}`);
  };
  expect(await held('2030-01-02T03:04:05.000Z')).toMatch(
    /Held: it begins at <time datetime="2030-01-02T03:04:05.000Z">/,
  );
  expect(await held()).toContain('It begins when its turn comes.');
  world.pausedPipelines.add('reply');
  expect(await held()).toContain('Its pipeline is paused');
});

test('a review begins with why one is asked, is decided by two buttons, and says what a text replaces', async () => {
  await using world = await World.open();
  const id = await start(world);
  world.toReview(id);
  const html = await page(world, `/runs/${id}`);
  expect(html).toMatch(/<button type="submit" data-field="approved" data-type="boolean" value="true">/);
  expect(html).toMatch(/<button type="submit"[^>]* data-field="approved" data-type="boolean" value="false">/);
  expect(html).toMatch(
    /<div class="review">\s*<div class="why"><h4>Why you are asked<\/h4><ul><li[^>]*>Confidence below/,
  );
  expect(html).toContain('Leave it empty to keep the <b>reply</b> above');
  expect(html).toContain('href="#answer-approve"');
  expect(html).toContain('id="answer-approve"');
});

test('the id of a run, wherever a value has one, leads to it', () => {
  const run = 'run_m7bpty7egjgs7x2ft2c63j1daz';
  const [field] = fieldsOf({ items: { $pages: [{ run, items: 500 }] } });
  expect(field!.parts.filter((part) => part.run)).toEqual([{ text: run, run: true }]);
  expect(field!.parts.map(({ text }) => text).join('')).toBe(field!.text);
  expect(fieldsOf('no run_id here')[0]!.parts).toEqual([{ text: 'no run_id here', run: false }]);
});

test.each([
  ['confidence-below-threshold', 'Confidence below threshold'],
  ['no_sender', 'No sender'],
  ['The customer asked for it.', 'The customer asked for it.'],
  ['سبب', 'سبب'],
])('the reason "%s" reads "%s"', (code, words) => expect(sentenceOf(code)).toBe(words));

test('what people wrote runs in its own direction', async () => {
  await using world = await World.open();
  const id = await start(world, 'مرحبا');
  world.toReview(id);
  const html = await page(world, `/runs/${id}`);
  expect(html).toMatch(/<p class="prose" dir="auto">مرحبا/);
  expect(html).toMatch(/<textarea[^>]* dir="auto"/);
});
