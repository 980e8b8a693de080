import { Accepted } from '@millrace/contracts/http';
import { World } from '../testing/world.js';

const start = async (world: World, text = 'Hi') => {
  const body = JSON.stringify({ pipeline: 'reply', input: { text } });
  const headers = { 'content-type': 'application/json' };
  return Accepted.parse(await (await fetch(`${world.url}/v1/runs`, { method: 'POST', headers, body })).json()).id;
};
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
  expect(html).toContain('correct the step’s input');
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
  world.completed(id, 'classify', { label: attack, [attack]: attack, confidence: 1 }, ['draft']);
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
