import { isUndo } from '@millrace/pipeline/engine';
import { stepOf } from '@millrace/saga';
import { bookings } from './constructs/pipelines.js';
import { Workshop } from './constructs/workshop.js';

let workshop: Workshop;
beforeAll(async () => {
  workshop = await Workshop.open();
});
afterAll(() => workshop[Symbol.asyncDispose]());

const chairs = ['a', 'b', 'c'];

test('a run that fails undoes what it did, what the items of a map did and what another pipeline did, each once', async () => {
  const id = await workshop.start(bookings, { chairs, trouble: 'always' });
  const run = await workshop.ended(id);
  expect(run.status).toBe('failed');
  expect(run.failed).toMatchObject({ step: 'confirm', failure: { code: 'STAGE_THREW' } });
  const [own, ...all] = (await workshop.facts(id)).map((facts) =>
    facts.flatMap((fact) => (fact.type === 'step.completed' && isUndo(fact.step) ? [fact.step] : [])),
  );
  const theirs = all.filter((undone) => undone.length > 0);
  // The pipeline came last; the room and the chairs were booked beside each other.
  expect(own![0]).toBe('undo:place');
  expect(own!.toSorted()).toEqual(['undo:chairs[0]', 'undo:chairs[1]', 'undo:chairs[2]', 'undo:place', 'undo:room']);
  expect(theirs.toSorted()).toEqual([['undo:chair'], ['undo:chair'], ['undo:chair'], ['undo:desk', 'undo:key']]);
  const children = await workshop.reader.runs({ limit: 10, parent: id });
  const others = children.items.filter((child) => child.id !== run.failed!.handler);
  expect(others.map(({ status }) => status)).toEqual(['cancelled', 'cancelled', 'cancelled', 'cancelled']);
});

test('a failed run has asked its handler once, in a run of its own, with what failed and what there was', async () => {
  const id = await workshop.start(bookings, { chairs: ['a'], trouble: 'always' });
  const { failed } = await workshop.ended(id);
  const handling = await workshop.ended(failed!.handler!);
  expect(handling).toMatchObject({
    status: 'completed',
    parent: { run: id },
    output: { line: 'owner STAGE_THREW third LINE_DEAD' },
  });
  expect(stepOf(handling, 'onFailure').attempt).toBe(2);
  expect((await workshop.ended(id)).status).toBe('failed');
});

test('a step is tried again as its failure has it, then goes down its chain, and the run is degraded by what answers', async () => {
  const id = await workshop.start(bookings, { chairs: ['a'], trouble: 'none' });
  const run = await workshop.ended(id);
  const asked = (await workshop.facts(id))[0]!.flatMap((fact) =>
    fact.type === 'step.requested' && fact.step === 'call' ? [[fact.attempt, fact.fallback]] : [],
  );
  expect(asked).toEqual([
    [1, undefined],
    [2, undefined],
    [3, undefined],
    [4, 2],
    [5, 3],
  ]);
  expect(run.degraded).toMatchObject([{ step: 'call', by: 'fallback', code: 'LINE_DEAD' }]);
  const { items } = await workshop.reader.runs({ limit: 10, pipeline: bookings.name, degraded: true });
  expect(items.map((one) => one.id)).toContain(id);
});

test('a run that goes well undoes nothing, and asks nobody what to do', async () => {
  const id = await workshop.start(bookings, { chairs, trouble: 'none' });
  expect((await workshop.ended(id)).status).toBe('completed');
  const facts = (await workshop.facts(id)).flat();
  expect(facts.filter((fact) => fact.type === 'run.compensating' || fact.type === 'run.failed')).toEqual([]);
});
