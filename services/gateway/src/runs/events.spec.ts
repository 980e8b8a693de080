import { Accepted } from '@millrace/contracts/http';
import { until, World } from '../testing/world.js';

const start = async (world: World) => {
  const body = JSON.stringify({ pipeline: 'reply', input: { text: 'Hi\nthere' } });
  const headers = { 'content-type': 'application/json' };
  return Accepted.parse(await (await fetch(`${world.url}/v1/runs`, { method: 'POST', headers, body })).json()).id;
};

const events = (world: World, id: string, headers: Record<string, string> = {}) =>
  fetch(`${world.url}/v1/runs/${id}/events`, { headers });

const parsed = (text: string) =>
  text
    .split('\n\n')
    .filter((block) => block.includes('data: '))
    .map((block) => Object.fromEntries(block.split('\n').map((line) => line.split(/: (.*)/s, 2) as [string, string])));

/** Reads until the text holds `word`. */
async function readUntil(response: Response, word: string): Promise<string> {
  const reader = response.body!.getReader();
  const decoder = new TextDecoder();
  let text = '';
  while (!text.includes(word)) {
    const { value, done } = await reader.read();
    if (done) break;
    text += decoder.decode(value, { stream: true });
  }
  await reader.cancel();
  return text;
}

test('shows each fact as it happens and ends with the run', async () => {
  await using world = await World.open();
  const id = await start(world);
  const stream = await events(world, id);
  expect(stream.headers.get('content-type')).toContain('text/event-stream');
  const text = stream.text();
  world.toReview(id);
  await fetch(`${world.url}/v1/reviews/${id}.approve`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{"answer":{"approved":true}}',
  });
  const seen = parsed(await text);
  expect(seen.map(({ id }) => Number(id))).toEqual(world.facts(id).map((_, at) => at + 1));
  expect(seen.map(({ event }) => event)).toEqual(world.facts(id).map(({ type }) => type));
  expect(seen.map(({ data }) => JSON.parse(data!) as unknown)).toEqual(JSON.parse(JSON.stringify(world.facts(id))));
  expect(seen.at(-1)!.event).toBe('run.completed');
});

test('goes on where a client lost it', async () => {
  await using world = await World.open();
  const id = await start(world);
  world.toReview(id);
  const text = await readUntil(await events(world, id, { 'last-event-id': '3' }), 'step.waiting');
  expect(parsed(text)[0]!.id).toBe('4');
});

test('says that there is nothing more once the run is over and was seen', async () => {
  await using world = await World.open();
  const id = await start(world);
  await fetch(`${world.url}/v1/runs/${id}/cancel`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
  });
  const last = world.facts(id).length;
  expect((await events(world, id, { 'last-event-id': String(last) })).status).toBe(204);
  expect(parsed(await (await events(world, id, { 'last-event-id': String(last - 1) })).text())).toHaveLength(1);
});

test('a run can be watched before the coordinator has taken it', async () => {
  await using world = await World.open();
  world.accepts = false;
  const id = await start(world);
  const stream = await events(world, id);
  world.settle();
  expect(await readUntil(stream, 'step.requested')).toContain('event: run.accepted');
});

test('the store is asked once for all who watch, and not for those who have hung up', async () => {
  await using world = await World.open();
  const id = await start(world);
  expect(world.askedFor).toEqual([]);
  const streams = await Promise.all([1, 2, 3].map(() => events(world, id)));
  await Promise.all(streams.map((stream) => readUntil(stream, 'step.requested')));
  expect(world.askedFor.length).toBeLessThan(30);
  world.accepts = false;
  const other = await start(world);
  expect(other).not.toBe(id);
  const watched = await events(world, other);
  await until(() => world.askedFor.at(-1)!.join() === other);
  await watched.body!.cancel();
});

test('a Last-Event-ID that is none is refused', async () => {
  await using world = await World.open();
  expect((await events(world, await start(world), { 'last-event-id': 'x' })).status).toBe(400);
});

test('stopping the gateway ends the streams and lets the port go', async () => {
  const world = await World.open();
  const stream = await events(world, await start(world));
  const text = stream.text();
  await world[Symbol.asyncDispose]();
  expect(await text).toContain('retry: 1000');
  await expect(fetch(`${world.url}/livez`)).rejects.toThrow();
});

test.each([
  ['after', '?after=2147483648', {}],
  ['after', '?after=3000000000', {}],
  ['after', '?after=1e300', {}],
  ['after', '?after=-1', {}],
  ['Last-Event-ID', '', { 'last-event-id': '3000000000' }],
  ['Last-Event-ID', '', { 'last-event-id': '-1' }],
])('a place that no history has is refused as %s%s, before anybody waits for it', async (_, query, headers) => {
  await using world = await World.open();
  const id = await start(world);
  const response = await fetch(`${world.url}/v1/runs/${id}/events${query}`, { headers });
  expect([response.status, await response.json()]).toMatchObject([400, { code: 'INVALID_REQUEST' }]);
});
