import { type JobRequested, randomId } from '@millrace/contracts';
import type { Attributes } from '@millrace/pipeline/engine';
import type { DeadLetter, RunSummary } from '../commit.js';
import type { Store } from '../open.js';
import { accepted, changed, commitOf, completed, newRun } from './runs.fixture.js';

/** Tests that nothing of a person is left in the store after an erasure, and that nobody else loses anything. */
export function erasureSuite(store: () => Store): void {
  const ended = { status: 'completed', endedAt: 1_700_000_000_900 } as const;
  const made = async (marker: string, over: Partial<RunSummary> = ended, attributes?: Attributes): Promise<string> => {
    const run = newRun({ title: marker, ...over });
    const facts = [accepted({ customer: marker }), completed('draft', { text: marker })];
    const change = changed(run, { created: true, facts, ...(attributes && { attributes }) });
    const letter: DeadLetter = {
      ...{ id: randomId('dl'), status: 'closed', at: 1, run: run.id, pipeline: run.pipeline, step: 'draft' },
      ...{ stage: 'draft', attempts: 1, input: { customer: marker }, record: undefined },
      failure: { code: 'STAGE_THREW', kind: 'permanent', message: marker },
    };
    await store().writer.commit(commitOf({ changes: [change], deadLetters: [letter] }));
    const outcome = { id: randomId('out'), at: 1, run: run.id, name: 'complaint', value: marker };
    await store().outcomes.keep([outcome]);
    return run.id;
  };
  const unread = async (text: string): Promise<string> => {
    const id = randomId('dl');
    const record = { topic: 'intake', partition: 0, offset: 0, timestamp: 0, key: null, headers: {} };
    await store().writer.keep([
      {
        ...{ id, status: 'open', at: 1, run: undefined, pipeline: undefined, step: undefined, stage: undefined },
        ...{ attempts: 0, input: undefined },
        record: { ...record, value: Buffer.from(text).toString('base64') },
        failure: { code: 'INVALID_RECORD', kind: 'permanent', message: 'No.' },
      },
    ]);
    return id;
  };
  const act = () => ({
    id: randomId('act'),
    at: 1,
    kind: 'run.note',
    subject: '-',
    by: undefined,
    reason: undefined,
    detail: null,
  });
  /** Keeps an output of a run for others. */
  const reused = (run: string, marker: string) =>
    store().acts.once(act(), async (query) => {
      await query(
        ({ time, json }) =>
          `insert into cached_outputs (key, run, step, output, bytes, stored_at, expires_at, used_at)
           values ($1, $2, 'draft', ${json('$3')}, 1, ${time('$4')}, ${time('$4')}, ${time('$4')})`,
        [randomId('key'), run, JSON.stringify({ text: marker }), 1_700_000_000_000],
      );
      return { status: 'applied', unchanged: false };
    });
  async function isReused(run: string): Promise<boolean> {
    let found = false;
    await store().acts.once(act(), async (query) => {
      found = (await query('select 1 from cached_outputs where run = $1', [run])).length > 0;
      return { status: 'applied', unchanged: false };
    });
    return found;
  }
  /** Works a job off, as a coordinator does. */
  async function worked(job: string): Promise<void> {
    for (;;) {
      const { taken } = await store().runJobs.take({ job, at: 10, limit: 10, atOnce: 10 });
      if (taken.length === 0) return;
      for (const item of taken) {
        const failure = await store().erasure.erase(item);
        await store().jobWorks.moveOn({ job, at: 11, next: 12 }, [
          failure ? { letter: item, status: 'refused', failure } : { letter: item, status: 'erased' },
        ]);
      }
    }
  }
  const begin = async (name: string, value: string): Promise<string> => {
    const work = { kind: 'erase', attribute: { name, value } } as const;
    const request: JobRequested = { type: 'job.requested', id: randomId('job'), at: 5, by: 'ann', work };
    await store().jobs.begin(request);
    return request.id;
  };

  test('everything that is kept of the runs of a person is gone, child runs and unread records too, and nothing of others', async () => {
    const [marker, other] = [randomId('person'), randomId('person')];
    const run = await made(marker, ended, { customer: marker });
    await made(marker, { ...ended, parent: run });
    const kept = await made(other, ended, { customer: other });
    await reused(run, marker);
    const [letter, keptLetter] = [await unread(`{"customer":"${marker}"}`), await unread(`{"customer":"${other}"}`)];
    const job = await begin('customer', marker);
    await worked(job);
    const reader = store().reader;
    expect(await reader.jobs.find(job)).toMatchObject({ status: 'completed', items: { erased: 2, refused: 0 } });
    expect([await reader.run(run), await reader.deadLetter(letter)]).toEqual([undefined, undefined]);
    expect([(await reader.run(kept))?.id, (await reader.deadLetter(keptLetter))?.id]).toEqual([kept, keptLetter]);
    expect((await reader.deadLetters({ text: marker, limit: 5 })).items).toEqual([]);
    expect((await reader.deadLetters({ text: other, limit: 5 })).items).toHaveLength(1);
    expect(await isReused(run)).toBe(false);
    // The request stays known, without the value.
    const { items } = await reader.acts.list({ subject: job, limit: 1 });
    expect(items).toMatchObject([{ kind: 'job.erase', by: 'ann', detail: { attribute: { name: 'customer' } } }]);
    const said = JSON.stringify([
      items,
      await reader.jobs.find(job),
      (await reader.jobs.items(job, { limit: 5 })).items,
    ]);
    expect(said).not.toContain(marker);
  });

  test('a run that has not ended is refused by name and stays whole; once it has ended it is erased', async () => {
    const marker = randomId('person');
    const run = await made(marker, {}, { customer: marker });
    const job = await begin('customer', marker);
    await worked(job);
    const { items } = await store().reader.jobs.items(job, { limit: 5 });
    expect(items).toMatchObject([{ letter: run, status: 'refused', failure: { code: 'NOT_ALLOWED_NOW' } }]);
    expect((await store().reader.run(run))?.facts).toHaveLength(2);
    await store().writer.commit(commitOf({ changes: [changed(newRun({ id: run, ...ended }), { row: true })] }));
    await worked(await begin('customer', marker));
    expect(await store().reader.run(run)).toBeUndefined();
  });

  test('the runs that replay a run are erased with it', async () => {
    const marker = randomId('person');
    const [run, replay] = [await made(marker, ended, { customer: marker }), await made(marker)];
    const act = { id: randomId('act'), at: 1, kind: 'run.replay', subject: run, by: undefined, reason: undefined };
    await store().acts.once({ ...act, detail: { run: replay } }, () =>
      Promise.resolve({ status: 'applied', unchanged: false }),
    );
    await worked(await begin('customer', marker));
    expect([await store().reader.run(run), await store().reader.run(replay)]).toEqual([undefined, undefined]);
  });
}
