import { type Fact, runPauseKey, stagePauseKey } from '@millrace/contracts';
import { sumOfPowers, upTo } from './constructs/numbers.js';
import { eager, families, squares } from './constructs/pipelines.js';
import { gate } from './constructs/stages.js';
import { Workshop } from './constructs/workshop.js';
import { until } from './processes.js';

let workshop: Workshop;
beforeAll(async () => {
  workshop = await Workshop.open();
});
afterAll(() => workshop[Symbol.asyncDispose]());

/** Returns the facts from while a run was paused. */
const inPause = (facts: readonly Fact[]): readonly Fact[] => {
  const from = facts.findIndex(({ type }) => type === 'run.paused');
  const to = facts.findIndex(({ type }) => type === 'run.resumed');
  return from < 0 ? [] : facts.slice(from + 1, to < 0 ? facts.length : to);
};

test('a run that is paused keeps what was in hand and sends nothing more, its child runs neither, until it goes on', async () => {
  const held = Promise.withResolvers<void>();
  Object.assign(gate, { n: 7, open: held.promise, reached: 0 });
  const id = await workshop.start(families, { numbers: upTo(120) });
  await until('both that ask for it are at work', () => gate.reached === 2);
  const act = { run: id, at: Date.now(), by: 'ann' };
  await workshop.act({ type: 'run.pause-requested', ...act });
  const open = async () => (await workshop.facts(id)).filter((facts) => facts.at(-1)!.type !== 'run.completed');
  await until('all are paused', async () =>
    (await open()).every((facts) => facts.some(({ type }) => type === 'run.paused')),
  );
  held.resolve();
  const ended = async () => (await open()).flatMap(inPause).filter(({ type }) => type === 'step.completed').length;
  await until('what was in hand has ended', async () => (await ended()) >= 2);
  // Meanwhile others go on.
  const other = await workshop.ended(await workshop.start(squares, { numbers: upTo(150) }));
  expect(other.status).toBe('completed');
  const during = (await workshop.facts(id)).flatMap(inPause);
  expect(during.filter(({ type }) => type === 'step.requested')).toEqual([]);
  expect(during.filter((fact) => fact.type === 'step.completed' && fact.next)).toEqual([]);
  expect((await workshop.run(id))!.status).toBe('paused');

  await workshop.act({ type: 'run.resume-requested', ...act });
  const run = await workshop.ended(id);
  expect(run.output).toEqual({
    fourth: { count: 120, total: sumOfPowers(120, 4) },
    total: { count: 120, total: sumOfPowers(120, 2) },
  });
});

test('a record on pauses that says of a run what nobody asked for neither stops the run nor sets it going', async () => {
  const { broker, topics } = workshop;
  const forged = (id: string, value: object | null) =>
    broker.publish([{ topic: topics.pauses, key: runPauseKey(id), value: value && JSON.stringify(value) }]);
  const held = Promise.withResolvers<void>();
  Object.assign(gate, { n: 7, open: held.promise, reached: 0 });
  const running = await workshop.start(families, { numbers: upTo(120) });
  const paused = await workshop.start(families, { numbers: upTo(120) });
  await until('all that ask for it are at work', () => gate.reached === 4);
  await workshop.act({ type: 'run.pause-requested', run: paused, at: Date.now(), by: 'ann' });
  await until('it is paused', async () => (await workshop.run(paused))?.status === 'paused');
  await forged(running, { at: Date.now() });
  await forged(paused, null);
  held.resolve();
  expect((await workshop.ended(running)).status).toBe('completed');
  expect((await workshop.run(paused))!.status).toBe('paused');
  await workshop.act({ type: 'run.resume-requested', run: paused, at: Date.now(), by: 'ann' });
  expect((await workshop.ended(paused)).status).toBe('completed');
});

test('a stage that is paused takes nothing, nothing is late for that, and it then does what has waited', async () => {
  const { broker, topics } = workshop;
  const tell = (time: object) =>
    broker.publish([{ topic: topics.pauses, key: stagePauseKey('square'), value: JSON.stringify({ times: [time] }) }]);
  const from = Date.now();
  await tell({ from });
  const ids = await Promise.all(upTo(20).map((n) => workshop.start(eager, { n })));
  const waiting = async () =>
    (await Promise.all(ids.map((id) => workshop.reader.run(id)))).filter((run) =>
      run?.facts.some(({ type }) => type === 'step.prolonged'),
    ).length;
  await until('all would be late', async () => (await waiting()) === ids.length);
  const lag = await broker.lag('millrace.stage.square', topics.stage('square'));
  expect(lag.reduce((sum, { backlog }) => sum + backlog, 0)).toBe(ids.length);
  await tell({ from, to: Date.now() });
  const runs = await Promise.all(ids.map((id) => workshop.ended(id)));
  expect(runs.map(({ output }) => (output as { square: number }).square)).toEqual(upTo(20).map((n) => n * n));
  expect(runs.every(({ steps }) => steps.get('square')!.attempt === 1)).toBe(true);
});
