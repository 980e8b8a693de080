import { randomId } from '@millrace/contracts';
import type { Attributes } from '@millrace/pipeline/engine';
import type { Store } from '../open.js';
import type { ReportedOutcome } from '../outcomes.js';
import { readRunFilter } from '../search/filters.js';
import type { RunSummary } from '../commit.js';
import { changed, commitOf, newRun } from './runs.fixture.js';

/** Tests what became of runs later: that it is kept once, by run or by attribute, and that runs are found by it. */
export function outcomesSuite(store: () => Store): void {
  const made = async (over: Partial<RunSummary> = {}, attributes: Attributes = {}): Promise<RunSummary> => {
    const run = newRun(over);
    await store().writer.commit(commitOf({ changes: [changed(run, { created: true, attributes })] }));
    return run;
  };
  const outcomeOf = (over: Partial<ReportedOutcome>): ReportedOutcome => ({
    ...{ id: randomId('out'), at: 1_700_000_900_000, name: 'rating', value: 4 },
    ...over,
  });
  const found = async (pipeline: string, where: string) =>
    (await store().reader.runs({ pipeline, where: readRunFilter(where, 0), limit: 10 })).items.map(({ id }) => id);

  test('an outcome is kept once, however often it is reported, and is no attribute', async () => {
    const run = await made();
    const outcome = outcomeOf({ run: run.id, by: 'ann', comment: 'quick' });
    for (let i = 0; i < 2; i++) expect(await store().outcomes.keep([outcome])).toEqual([]);
    const { id, at, name, value } = outcome;
    expect(await store().reader.outcomes(run.id)).toEqual([
      { id, run: run.id, at, name, value, by: 'ann', comment: 'quick' },
    ]);
    expect((await store().reader.labels([run.id])).get(run.id)?.attributes ?? {}).toEqual({});
  });

  test('runs are found by their outcomes, the last one of a name, and counted by them', async () => {
    const pipeline = randomId('pipeline');
    const [good, bad, none] = [await made({ pipeline }), await made({ pipeline }), await made({ pipeline })];
    await store().outcomes.keep([
      outcomeOf({ run: good.id, value: 5 }),
      outcomeOf({ run: bad.id, value: 5 }),
      outcomeOf({ run: bad.id, value: 1 }),
      outcomeOf({ run: bad.id, name: 'refunded', value: true }),
    ]);
    expect(await found(pipeline, 'outcomes.rating >= 4')).toEqual([good.id]);
    expect(await found(pipeline, 'outcomes.rating == 1')).toEqual([bad.id]);
    expect(await found(pipeline, 'outcomes.refunded')).toEqual([bad.id]);
    expect(await found(pipeline, '!has(outcomes.rating)')).toEqual([none.id]);
    expect(await found(pipeline, 'has(attributes.rating)')).toEqual([]);
    const { values } = await store().reader.facet({ pipeline, by: 'outcomes.rating', atMost: 100 });
    expect(values.map(({ value }) => value).sort()).toEqual([1, 5]);
  });

  test('an outcome that names an attribute is one of the newest run that has it', async () => {
    const [pipeline, ticket] = [randomId('pipeline'), randomId('ticket')];
    await made({ pipeline, acceptedAt: 1_700_000_000_000 }, { ticket });
    const newest = await made({ pipeline, acceptedAt: 1_700_000_000_500 }, { ticket });
    await made({ acceptedAt: 1_700_000_000_900 }, { ticket });
    const attribute = { name: 'ticket', value: ticket, pipeline };
    expect(await store().outcomes.keep([outcomeOf({ attribute, name: 'refund', value: 12.5 })])).toEqual([]);
    expect(await store().reader.outcomes(newest.id)).toMatchObject([{ name: 'refund', value: 12.5 }]);
  });

  test('outcomes of no run are given back, and those beside them are kept', async () => {
    const run = await made();
    const [kept, gone, strange] = [
      outcomeOf({ run: run.id }),
      outcomeOf({ run: randomId('run') }),
      outcomeOf({ attribute: { name: 'ticket', value: randomId('ticket') } }),
    ];
    expect(await store().outcomes.keep([gone, kept, strange])).toEqual([gone, strange]);
    expect(await store().reader.outcomes(run.id)).toHaveLength(1);
  });

  test('outcomes are archived and removed with their run', async () => {
    const run = await made({ status: 'completed', endedAt: 1_700_000_000_500 });
    await store().outcomes.keep([outcomeOf({ run: run.id })]);
    expect((await store().retention.records([run.id]))[0]?.outcomes).toMatchObject([{ name: 'rating', value: 4 }]);
    await store().retention.remove([run.id]);
    expect(await store().reader.outcomes(run.id)).toEqual([]);
  });
}
