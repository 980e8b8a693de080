import { isUndo } from '@millrace/pipeline';
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
  const [own, ...theirs] = (await workshop.facts(id)).map((facts) =>
    facts.flatMap((fact) => (fact.type === 'step.completed' && isUndo(fact.step) ? [fact.step] : [])),
  );
  // The pipeline came last; the room and the chairs were booked beside each other.
  expect(own![0]).toBe('undo:place');
  expect(own!.toSorted()).toEqual(['undo:chairs[0]', 'undo:chairs[1]', 'undo:chairs[2]', 'undo:place', 'undo:room']);
  expect(theirs.toSorted()).toEqual([['undo:chair'], ['undo:chair'], ['undo:chair'], ['undo:desk', 'undo:key']]);
  const children = await workshop.reader.runs({ limit: 10, parent: id });
  expect(children.items.map(({ status }) => status)).toEqual(['cancelled', 'cancelled', 'cancelled', 'cancelled']);
});

test('a run that goes well undoes nothing', async () => {
  const id = await workshop.start(bookings, { chairs, trouble: 'none' });
  expect((await workshop.ended(id)).status).toBe('completed');
  expect((await workshop.facts(id)).flat().filter(({ type }) => type === 'run.compensating')).toEqual([]);
});
