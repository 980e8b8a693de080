import { type StepText, StepWatch } from '@millrace/contracts';
import { Accepted } from '@millrace/contracts/http';
import { until, World } from '../testing/world.js';

const start = async (world: World) => {
  const body = JSON.stringify({ pipeline: 'reply', input: { text: 'Hi' } });
  const headers = { 'content-type': 'application/json' };
  return Accepted.parse(await (await fetch(`${world.url}/v1/runs`, { method: 'POST', headers, body })).json()).id;
};

/** Opens the text of a step, and collects its events. */
async function watching(world: World, { run, step, after }: { run: string; step: string; after?: string }) {
  const stopping = new AbortController();
  const response = await fetch(`${world.url}/v1/runs/${run}/steps/${step}/stream`, {
    signal: stopping.signal,
    ...(after !== undefined && { headers: { 'last-event-id': after } }),
  });
  const seen = { status: response.status, text: '', over: false };
  const reading = (async () => {
    const decoder = new TextDecoder();
    for await (const bytes of response.body ?? []) seen.text += decoder.decode(bytes, { stream: true });
    seen.over = true;
  })().catch(() => undefined);
  const events = () =>
    seen.text
      .split('\n\n')
      .filter((block) => block.includes('data: '))
      .map((block) => Object.fromEntries(block.split('\n').map((line) => line.split(/: (.*)/s, 2) as [string, string])))
      .map(({ id, event, data }) => ({ id, event, ...(JSON.parse(data!) as object) }) as Record<string, unknown>);
  return { seen, events, ended: reading, stop: () => stopping.abort() };
}

const aPart = (run: string, more: Partial<StepText>): StepText => ({
  run,
  step: 'draft',
  attempt: 1,
  ownAttempt: 1,
  startedAt: 1_000,
  writer: 'w1',
  position: 0,
  text: '',
  ...more,
});

const watches = (world: World) =>
  world.published
    .filter(({ topic }) => topic === 'millrace.step-watches')
    .map(({ value }) => StepWatch.parse(JSON.parse(String(value))));

test('a step’s text is shown as it is written, to each viewer from its beginning, and ends with the step', async () => {
  await using world = await World.open();
  const run = await start(world);
  const first = await watching(world, { run, step: 'draft' });
  await until(() => watches(world).length === 1);
  world.shows(aPart(run, { text: 'Dear ' }));
  world.shows(aPart(run, { text: 'Ann', position: 5 }));
  await until(() => first.events().length === 3);
  const second = await watching(world, { run, step: 'draft' });
  // A part that comes again, as a stage sends it to another gateway, changes nothing.
  world.shows(aPart(run, { text: 'Dear Ann' }));
  world.shows(aPart(run, { text: ',', position: 8, end: true }));
  await until(() => second.events().length === 3);
  expect(first.events()).toEqual([
    { id: '1.w1.0', event: 'restart', attempt: 1 },
    { id: '1.w1.5', event: 'text', attempt: 1, text: 'Dear ' },
    { id: '1.w1.8', event: 'text', attempt: 1, text: 'Ann' },
    { id: '1.w1.9', event: 'text', attempt: 1, text: ',' },
  ]);
  expect(second.events().map(({ text }) => text)).toEqual([undefined, 'Dear Ann', ',']);
  world.toReview(run);
  await Promise.all([first.ended, second.ended]);
  expect(first.events().at(-1)).toMatchObject({ event: 'end', status: 'completed' });
  expect((await watching(world, { run, step: 'draft' })).seen.status).toBe(204);
  expect(JSON.stringify(world.facts(run))).not.toContain('Dear Ann');
});

test('a viewer that comes back goes on behind what it has seen', async () => {
  await using world = await World.open();
  const run = await start(world);
  const other = await watching(world, { run, step: 'draft' });
  await until(() => watches(world).length === 1);
  world.shows(aPart(run, { text: 'Dear Ann' }));
  await until(() => other.events().length === 2);
  const back = await watching(world, { run, step: 'draft', after: '1.w1.5' });
  await until(() => back.events().length === 1);
  expect(back.events()).toEqual([{ id: '1.w1.8', event: 'text', attempt: 1, text: 'Ann' }]);
  const stale = await watching(world, { run, step: 'draft', after: '1.other.5' });
  await until(() => stale.events().length === 2);
  expect(stale.events().map(({ event, text }) => [event, text])).toEqual([
    ['restart', undefined],
    ['text', 'Dear Ann'],
  ]);
});

test('another attempt begins the text anew, and one that was given up is not heard any more', async () => {
  await using world = await World.open();
  const run = await start(world);
  const viewer = await watching(world, { run, step: 'draft' });
  await until(() => watches(world).length === 1);
  world.shows(aPart(run, { text: 'Dear' }));
  world.shows(aPart(run, { text: 'Hello', attempt: 2, ownAttempt: 2, writer: 'w2', startedAt: 2_000 }));
  world.shows(aPart(run, { text: ' Ann', position: 4 }));
  world.shows(aPart(run, { text: 'Hi', attempt: 2, ownAttempt: 2, writer: 'w3', startedAt: 3_000 }));
  world.shows(aPart(run, { text: ' Ann', position: 5, attempt: 2, ownAttempt: 2, writer: 'w2', startedAt: 2_000 }));
  await until(() => viewer.events().length === 6);
  expect(viewer.events().map(({ event, attempt, text }) => [event, attempt, text])).toEqual([
    ['restart', 1, undefined],
    ['text', 1, 'Dear'],
    ['restart', 2, undefined],
    ['text', 2, 'Hello'],
    ['restart', 2, undefined],
    ['text', 2, 'Hi'],
  ]);
  viewer.stop();
});

test('a part that is missing is asked for again', async () => {
  await using world = await World.open();
  const run = await start(world);
  const viewer = await watching(world, { run, step: 'draft' });
  await until(() => watches(world).length === 1);
  world.shows(aPart(run, { text: 'Dear' }));
  world.shows(aPart(run, { text: '!', position: 8 }));
  await until(() => watches(world).length === 2);
  expect(watches(world)[1]).toMatchObject({ run, step: 'draft', from: { writer: 'w1', position: 4 } });
  viewer.stop();
});

test('a step that the run does not have is a problem', async () => {
  await using world = await World.open();
  const run = await start(world);
  expect((await watching(world, { run, step: 'nonsense' })).seen.status).toBe(404);
});
