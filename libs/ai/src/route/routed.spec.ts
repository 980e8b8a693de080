import {
  type CallOptions,
  type InsteadOf,
  ModelBusy,
  type ModelError,
  ModelRefused,
  ModelTimeout,
  routed,
  RouteText,
} from '../index.js';

abstract class Port {
  abstract say(word: string, options: CallOptions): Promise<{ said: string; insteadOf?: InsteadOf }>;
}
const says = (said: string): Port => ({ say: () => Promise.resolve({ said }) });
const fails = (error: Error): Port => ({ say: () => Promise.reject(error) });
const signal = new AbortController().signal;

/** Asks along the route that a setting declares, and returns who answered, or the failure's code. */
async function asked(route: string, ports: Record<string, Port>, attempt = 1) {
  const [first, ...others] = RouteText.parse(route).map((hop) => ({
    ...hop,
    ...(hop.name !== 'person' && { port: ports[hop.name]! }),
  }));
  const degraded: InsteadOf[] = [];
  const options = { signal, attempt, degraded: (reason: InsteadOf) => void degraded.push(reason) };
  const outcome = await routed<Port>([first!, ...others])
    .say('hello', options)
    .then(
      (answer) => answer,
      (thrown: ModelError) => ({ said: thrown.code ?? thrown.message, insteadOf: undefined, thrown }),
    );
  return { ...outcome, degraded };
}

const busy = new ModelBusy('The model answered 429 to say.', { retryAfterMs: 5_000 });
const refused = new ModelRefused('The model answered 401 to say.');
const slow = new ModelTimeout('The model did not answer say within 5 ms.');
const all = { model: fails(busy), cheaper: says('cheaper'), local: says('local') };

test('the first hop that answers counts, and only one that is not the first degrades the run', async () => {
  const own = await asked('model > cheaper > local', { ...all, model: says('model') });
  expect(own).toEqual({ said: 'model', degraded: [] });
  const other = await asked('model > cheaper > local', all);
  expect(other).toMatchObject({ said: 'cheaper', insteadOf: { code: 'MODEL_BUSY' } });
  expect(other.degraded).toEqual([other.insteadOf]);
  expect(other.insteadOf!.message).toBe(
    'The model answered 429 to say. The hop “cheaper” of its route answered in its place.',
  );
});

test.each([
  ['model > cheaper (MODEL_TIMEOUT) > local', 'local'],
  ['model > cheaper (MODEL_BUSY, MODEL_TIMEOUT) > local', 'cheaper'],
  ['model > cheaper (MODEL_TIMEOUT)', 'MODEL_BUSY'],
  ['model > person', 'MODEL_PERSON_NEEDED'],
  ['model > cheaper (MODEL_TIMEOUT) > person', 'MODEL_PERSON_NEEDED'],
  ['model', 'MODEL_BUSY'],
])('a busy model along %s ends with %s', async (route, said) => {
  expect(await asked(route, all)).toMatchObject({ said });
});

test('a hop from an attempt on is taken then, or where trying again is of no use; until then the step is tried again', async () => {
  const route = 'model > local (attempt 3) > person';
  expect(await asked(route, all, 1)).toMatchObject({ said: 'MODEL_BUSY' });
  expect(await asked(route, all, 2)).toMatchObject({ said: 'MODEL_BUSY' });
  expect(await asked(route, all, 3)).toMatchObject({ said: 'local' });
  expect(await asked(route, { ...all, model: fails(refused) }, 1)).toMatchObject({ said: 'local' });
});

test('each failure on the way is told, and the step is tried again for one that can be cured', async () => {
  const ports = { model: fails(refused), cheaper: fails(busy), local: says('local') };
  const both = await asked('model > cheaper > local', ports);
  expect(both.insteadOf).toMatchObject({
    code: 'MODEL_REFUSED',
    message: expect.stringContaining('answered 401 to say. The model answered 429'),
  });
  const none = await asked('model > cheaper', ports);
  expect(none).toMatchObject({ said: 'MODEL_BUSY', thrown: { retryable: true, retryAfterMs: 5_000 } });
  expect(await asked('model > cheaper', { model: fails(slow), cheaper: fails(refused) })).toMatchObject({
    said: 'MODEL_TIMEOUT',
  });
});

test('a bug and a fired signal lead nowhere: only failures of a model do', async () => {
  expect(await asked('model > local', { ...all, model: fails(new TypeError('a bug')) })).toMatchObject({
    said: 'a bug',
  });
});

test('a model of a route may be asked a second time where it has not answered', () => {
  expect(RouteText.parse('model (hedge 2000 ms) > cheaper (MODEL_BUSY, hedge 500ms) > local')).toEqual([
    { name: 'model', hedgeMs: 2_000 },
    { name: 'cheaper', on: ['MODEL_BUSY'], hedgeMs: 500 },
    { name: 'local' },
  ]);
});

test.each([
  '',
  'model >',
  'local > model',
  'person',
  'model > model',
  'model (attempt 2)',
  'model > local (soon)',
  'gpt > local',
  'model > local (hedge 100 ms)',
  'model (hedge soon)',
])('a route that cannot be meant is refused: "%s"', (route) => {
  expect(RouteText.safeParse(route).error?.issues[0]?.message).toMatch(/expected hops in their order/);
});
