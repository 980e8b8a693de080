import { DeadLetterList, OverviewView, Problem, ReviewList, RunView } from '@millrace/contracts/http';
import { seed } from '../testing/console.js';
import { World } from '../testing/world.js';
import { OPERATIONS } from './operations.js';

/** A gateway that only shows, over a store that has a run of each kind. */
async function lookedAt() {
  const world = await World.open();
  const runs = await seed(world);
  await world.stop();
  // A port of its own: connections to the first gateway are kept by the client.
  await world.restart({ readOnly: true, port: 0 });
  return { world, runs };
}

const get = async (world: World, path: string): Promise<unknown> => (await fetch(`${world.url}/v1/${path}`)).json();

test('a gateway that only shows refuses every operation that could change something, and says so', async () => {
  const { world } = await lookedAt();
  await using _ = world;
  const before = world.published.length;
  const changes = OPERATIONS.filter(({ method }) => method === 'POST');
  expect(changes.length).toBeGreaterThan(20);
  for (const { path } of changes) {
    const url = world.url + path.replaceAll(/\{\w+\}/g, 'classify');
    const answer = await fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{}' });
    expect([path, answer.status, Problem.parse(await answer.json()).code]).toEqual([path, 403, 'READ_ONLY']);
  }
  expect(world.published.slice(before)).toEqual([]);
});

test('it shows all there is, with no action that is possible, and says that it takes none', async () => {
  const { world, runs } = await lookedAt();
  await using _ = world;
  for (const id of [runs.waiting, runs.parked, runs.running]) {
    const run = RunView.parse(await get(world, `runs/${id}`));
    expect([run.allowedActions, ...run.steps.map(({ allowedActions }) => allowedActions)].flat()).toEqual([]);
    expect(run.steps.length).toBeGreaterThan(2);
  }
  const reviews = ReviewList.parse(await get(world, 'reviews'));
  expect(reviews.items.map(({ allowedActions }) => allowedActions)).toEqual([[], []]);
  const letters = DeadLetterList.parse(await get(world, 'dead-letters'));
  expect(letters.items.map(({ allowedActions }) => allowedActions)).toEqual([[]]);
  expect(OverviewView.parse(await get(world, 'overview')).readOnly).toBe(true);
});

test('any other gateway says nothing of it', async () => {
  await using world = await World.open();
  expect(await get(world, 'overview')).not.toHaveProperty('readOnly');
});
