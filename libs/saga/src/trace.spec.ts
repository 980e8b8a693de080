import { type Fact, readTraceparent, traceIdsOf } from '@millrace/contracts';
import { evolve } from './run/evolve.js';
import { runTraceOf } from './trace.js';

const RUN = 'run_' + '0'.repeat(26);
const OTHER = 'run_' + '1'.repeat(26);
const CALLER = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
const accepted = { type: 'run.accepted', at: 1, pipeline: 'p', plan: 'h', source: 'intake/0/0' } as const;
const parent = { run: OTHER, step: 'child', attempt: 1, parks: true, trace: OTHER };
const failure = { kind: 'permanent', code: 'X', message: 'x' } as const;
const runOf = (...facts: Fact[]) => evolve(undefined, RUN, facts);

test('a run goes on with its caller’s trace, under the caller’s span', () => {
  const { traceId, parent: above, links } = runTraceOf(runOf({ ...accepted, trace: CALLER }));
  expect([traceId, above, links]).toEqual([readTraceparent(CALLER)!.traceId, CALLER, []]);
});

test('a run that only links to its caller, or has none, has a trace of its own', () => {
  const own = { traceId: traceIdsOf(RUN).traceId, parent: undefined };
  expect(runTraceOf(runOf({ ...accepted, link: CALLER }))).toMatchObject({ ...own, links: [CALLER] });
  expect(runTraceOf(runOf(accepted))).toMatchObject({ ...own, links: [] });
});

test('a child run stands under what its parent does, a chunk of a map beside it with a link', () => {
  const { traceId, acceptedSpanId } = traceIdsOf(OTHER);
  const under = `00-${traceId}-${acceptedSpanId}-01`;
  expect(runTraceOf(runOf({ ...accepted, parent }))).toMatchObject({ traceId, parent: under, links: [] });
  const chunk = { ...parent, step: 'each[0-99]' };
  expect(runTraceOf(runOf({ ...accepted, parent: chunk }))).toMatchObject({
    traceId: traceIdsOf(RUN).traceId,
    parent: undefined,
    links: [under],
  });
});

test.each<[string, Fact[], object | undefined]>([
  ['is at work', [], undefined],
  ['waits', [{ type: 'step.waiting', step: 'a', at: 5, kind: 'review' }], { at: 5, status: 'waiting' }],
  ['tries again soon', [{ type: 'step.retrying', step: 'a', attempt: 2, at: 5, due: 10 }], undefined],
  [
    'tries again much later',
    [{ type: 'step.retrying', step: 'a', attempt: 2, at: 5, due: 100_000 }],
    { at: 5, status: 'waiting' },
  ],
  [
    'is parked, and waits afterwards',
    [
      { type: 'step.dead-lettered', step: 'a', at: 6, deadLetter: 'd', failure, input: null },
      { type: 'step.waiting', step: 'b', at: 7, kind: 'signal' },
    ],
    { at: 6, status: 'dead-lettered', failed: 'X' },
  ],
])('when a run that %s first waited is the same, however often its facts are read', (_, facts, rested) => {
  const all = [accepted, ...facts];
  expect(runOf(...all).rested).toEqual(rested);
  let run = runOf(accepted);
  for (const fact of facts) run = evolve(run, RUN, [fact]);
  expect(run.rested).toEqual(rested);
});
