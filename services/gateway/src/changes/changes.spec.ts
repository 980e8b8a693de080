import { ChangeView } from '@millrace/contracts/http';
import { until, World } from '../testing/world.js';
import { Changes, type Part } from './changes.js';

const ALL = ['store', 'stages', 'models'] as const;

/** Marks that a test changes, and the number of times that they were read. */
function marks() {
  const now = new Map<Part, string>(ALL.map((part) => [part, '1']));
  const state = { now, reads: 0, isDown: false };
  const read = (part: Part) => () => {
    state.reads++;
    return state.isDown ? Promise.reject(new Error('away')) : Promise.resolve(now.get(part) ?? '');
  };
  return { state, of: { store: read('store'), stages: read('stages'), models: read('models') } };
}
const log = { warn: () => undefined };

test('whoever watches is told which parts have changed, and of nothing else', async () => {
  const { state, of } = marks();
  using changes = new Changes({ marks: of, log }, 1);
  const seen: (readonly Part[])[] = [];
  const stop = await changes.watch({ changed: (parts) => void seen.push(parts), lost: () => undefined });
  await until(() => state.reads > 40);
  expect(seen).toEqual([]);
  state.now.set('stages', '2');
  await until(() => seen.length > 0);
  state.now.set('store', '2');
  await until(() => seen.length > 1);
  expect(seen).toEqual([['stages'], ['store']]);
  stop();
});

test('nothing is read while nobody watches, and one reading serves all who do', async () => {
  const { state, of } = marks();
  using changes = new Changes({ marks: of, log }, 1);
  let told = 0;
  const viewer = () => ({ changed: () => void told++, lost: () => undefined });
  const stops = await Promise.all([viewer(), viewer(), viewer()].map((one) => changes.watch(one)));
  state.now.set('store', '2');
  await until(() => told === 3);
  for (const stop of stops) stop();
  const { reads } = state;
  // Another installation that is watched meanwhile gives this one all the time that it needs.
  const other = marks();
  using others = new Changes({ marks: other.of, log }, 1);
  await others.watch(viewer());
  await until(() => other.state.reads > 40);
  expect(state.reads - reads).toBeLessThanOrEqual(3);
});

test('who watches while the store is away is let go, and cannot begin to watch', async () => {
  const { state, of } = marks();
  using changes = new Changes({ marks: of, log }, 1);
  let isLost = false;
  await changes.watch({ changed: () => undefined, lost: () => void (isLost = true) });
  state.isDown = true;
  await until(() => isLost);
  await expect(changes.watch({ changed: () => undefined, lost: () => undefined })).rejects.toThrow('away');
});

/** Reads the parts that a stream of changes names, one event after the other. */
async function* partsOf(response: Response): AsyncGenerator<readonly Part[]> {
  const decoder = new TextDecoder();
  let text = '';
  for await (const bytes of response.body ?? []) {
    text += decoder.decode(bytes, { stream: true });
    for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
      const [, data] = /^data: (.*)$/m.exec(text.slice(0, end)) ?? [];
      text = text.slice(end + 2);
      if (data !== undefined) yield ChangeView.parse(JSON.parse(data)).of;
    }
  }
}

test('the stream begins with all lists, tells of a new run and ends with the gateway', async () => {
  await using world = await World.open();
  const response = await fetch(`${world.url}/v1/changes`);
  expect(response.headers.get('content-type')).toContain('text/event-stream');
  const parts = partsOf(response);
  expect((await parts.next()).value).toEqual(ALL);
  await fetch(`${world.url}/v1/runs`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ pipeline: 'reply', input: { text: 'Hi' } }),
  });
  expect((await parts.next()).value).toContain('store');
  await world.stop();
  expect((await parts.next()).done).toBe(true);
});

test('while the store is away the stream is refused, with when to try again', async () => {
  await using world = await World.open();
  world.storeIsUp = false;
  const { status, headers } = await fetch(`${world.url}/v1/changes`);
  expect([status, headers.get('retry-after')]).toEqual([503, '2']);
});
