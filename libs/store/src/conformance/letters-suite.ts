import { type LetterActRequested, type LetterWork, randomId } from '@millrace/contracts';
import type { DeadLetter } from '../commit.js';
import { CHAIN_START, hashOfAct } from '../letters/act.js';
import type { LetterState } from '../letters/job-work.js';
import type { Store } from '../open.js';
import { commitOf } from './runs.fixture.js';

const letterOf = (over: Partial<DeadLetter> = {}): DeadLetter => ({
  id: randomId('dl'),
  status: 'open',
  at: 1_700_000_000_000,
  failure: { code: 'STAGE_THREW', kind: 'transient', message: 'Order 17 is unknown.' },
  run: randomId('run'),
  pipeline: randomId('pipeline'),
  step: 'draft',
  stage: 'draft',
  attempts: 3,
  input: { text: 'hello' },
  record: undefined,
  ...over,
});

/** Tests dead letters: how they are found and grouped, what people do with them, and jobs over many of them. */
export function lettersSuite(store: () => Store): void {
  const keep = async (...letters: DeadLetter[]): Promise<readonly string[]> => {
    await store().writer.commit(commitOf({ deadLetters: letters }));
    return letters.map(({ id }) => id);
  };

  test.each<[string, Partial<DeadLetter>, object]>([
    ['stage', { stage: 'send' }, { stage: 'send' }],
    ['code', { failure: { code: 'MODEL_BUSY', kind: 'transient', message: 'Busy.' } }, { code: 'MODEL_BUSY' }],
    [
      'text of the message',
      { failure: { code: 'X', kind: 'permanent', message: 'No IBAN "DE1"' } },
      { text: 'iban "de1"' },
    ],
    ['text of the input', { input: { customer: 'Ann\\Miller' } }, { text: 'ann\\miller' }],
    ['time', { at: 1_700_000_500_000 }, { since: 1_700_000_500_000, until: 1_700_000_500_001 }],
  ])('a dead letter is found by its %s', async (_, over, filter) => {
    const pipeline = randomId('pipeline');
    const [wanted] = await keep(letterOf({ pipeline, ...over }), letterOf({ pipeline }));
    const { items } = await store().reader.deadLetters({ pipeline, limit: 5, ...filter });
    expect(items.map(({ id }) => id)).toEqual([wanted]);
  });

  test.each([
    ['input.customer.id == "x-7"'],
    ['input["customer"].id.startsWith("x-") && attempts > 2'],
    ['input.amount > 99.5 && input.amount <= 100'],
    ['input.isVip && code == "STAGE_THREW"'],
    ['message.contains("Order 17") && at >= timestamp("2023-11-14T22:13:20Z")'],
    ['has(input.amount) && !(input.amount == "100")'],
    ['step in ["draft", "send"] && status == "open" && input.customer.id != "y"'],
    ['"bank" in tags'],
  ])('a dead letter is found by the values of its input, in CEL: %s', async (where) => {
    const pipeline = randomId('pipeline');
    const input = { customer: { id: 'x-7' }, amount: 100, isVip: true };
    const [wanted, other] = await keep(
      letterOf({ pipeline, input }),
      letterOf({ pipeline, input: { customer: { id: 'y' }, isVip: 'true' }, failure: nothing, attempts: 1 }),
    );
    await store().letters.act(act(wanted!, { do: 'tag', add: ['bank'] }), () => ({
      outcome: { status: 'applied', unchanged: false },
      desk: { tags: ['bank'] },
    }));
    const { items } = await store().reader.deadLetters({ pipeline, limit: 5, where });
    expect(items.map(({ id }) => id)).toEqual([wanted]);
    expect(other).toBeDefined();
    const trend = { from: 0, partMs: 1, parts: 1 };
    const groups = await store().reader.letterGroups({ filter: { pipeline, where }, trend, limit: 5 });
    expect(groups.items).toMatchObject([{ count: 1 }]);
  });

  const nothing = { code: 'OTHER', kind: 'permanent' as const, message: 'Nothing.' };

  test('letters that differ in numbers alone are one group, with counts, first, last and newest, and its trend', async () => {
    const pipeline = randomId('pipeline');
    const [hour, from] = [3_600_000, 1_700_000_000_000];
    const failed = (message: string) => ({ code: 'STAGE_THREW', kind: 'transient' as const, message });
    const stage = randomId('stage');
    const same = [0, 1, 3].map((i) =>
      letterOf({ pipeline, stage, at: from + i * hour, failure: failed(`Order ${i * 100 + 7} is unknown.`) }),
    );
    const other = letterOf({ pipeline, stage, at: from + 2 * hour, failure: failed('The disk is full.') });
    await keep(...same, other);
    await store().writer.commit(commitOf({ redriven: [same[0]!.id] }));
    const trend = { from, partMs: hour, parts: 4 };
    const { items } = await store().reader.letterGroups({ filter: { pipeline }, trend, limit: 10 });
    expect(items).toMatchObject([
      { count: 1, open: 1, firstSeen: other.at, newest: { id: other.id }, trend: [0, 0, 1, 0] },
      {
        count: 3,
        open: 2,
        firstSeen: from,
        lastSeen: from + 3 * hour,
        newest: { id: same[2]!.id },
        trend: [1, 1, 0, 1],
      },
    ]);
    expect(items[1]!.newest.fingerprint).toBe(items[1]!.fingerprint);
    const { fingerprint } = items[1]!;
    const open = { pipeline, fingerprint, status: 'open' as const };
    expect((await store().reader.deadLetters({ ...open, limit: 5 })).items.map(({ id }) => id)).toEqual([
      same[2]!.id,
      same[1]!.id,
    ]);
    expect((await store().reader.letterGroups({ filter: open, trend, limit: 10 })).items).toMatchObject([
      { count: 2, firstSeen: from },
    ]);
  });

  test('groups that are read page by page come once each, while letters are put in', async () => {
    const pipeline = randomId('pipeline');
    const words = ['one', 'two', 'three', 'four', 'five'];
    const failed = (word: string) => ({
      code: 'STAGE_THREW',
      kind: 'transient' as const,
      message: `${pipeline} ${word}`,
    });
    const put = (word: string, at: number) => keep(letterOf({ pipeline, stage: pipeline, at, failure: failed(word) }));
    for (const word of words) await put(word, 1_700_000_000_000);
    const seen: string[] = [];
    let before: string | undefined;
    do {
      const trend = { from: 0, partMs: 1, parts: 1 };
      const page = await store().reader.letterGroups({
        filter: { pipeline },
        trend,
        limit: 2,
        ...(before && { before }),
      });
      seen.push(...page.items.map(({ newest }) => newest.failure.message.split(' ')[1]!));
      before = page.next;
      for (const word of [...words, 'six']) await put(word, 1_700_000_000_500 + seen.length);
    } while (before);
    expect(seen.filter((word) => word !== 'six').sort()).toEqual([...words].sort());
  });

  const act = (letter: string, what: LetterActRequested['act'], id = randomId('act')): LetterActRequested => ({
    type: 'letter.act-requested',
    id,
    at: 5_000,
    by: 'ann',
    letter,
    act: what,
  });

  test('an act is carried out once, however often it is asked for, and the letter keeps what it changed', async () => {
    const [id] = await keep(letterOf());
    const asked = act(id!, { do: 'note', text: 'Looking.' });
    let times = 0;
    const apply = () =>
      store().letters.act(asked, (now) => {
        times++;
        expect(now?.status).toBe('open');
        const desk = { notes: [{ at: asked.at, text: 'Looking.', by: 'ann' }] };
        return { outcome: { status: 'applied', unchanged: false }, assignee: 'ann', desk };
      });
    expect(await apply()).toEqual(await apply());
    expect(times).toBe(1);
    expect(await store().reader.acts.outcome(asked.id)).toEqual({ status: 'applied', unchanged: false });
    expect(await store().reader.deadLetter(id!)).toMatchObject({ assignee: 'ann', desk: { notes: [{ by: 'ann' }] } });
  });

  test('of acts at the same time each sees what the one before it has changed', async () => {
    const [id] = await keep(letterOf());
    const outcomes = await Promise.all(
      Array.from({ length: 8 }, () =>
        store().letters.act(act(id!, { do: 'resolve' }), (now) =>
          now!.status === 'open'
            ? { outcome: { status: 'applied', unchanged: false }, status: 'resolved' }
            : { outcome: { status: 'applied', unchanged: true } },
        ),
      ),
    );
    expect(outcomes.filter((outcome) => outcome.status === 'applied' && !outcome.unchanged)).toHaveLength(1);
  });

  test('each act holds the hash of the one before it', async () => {
    const [id] = await keep(letterOf());
    for (const text of ['a', 'b'])
      await store().letters.act(act(id!, { do: 'note', text }), () => ({
        outcome: { status: 'applied', unchanged: false },
      }));
    const { items } = await store().reader.acts.list({ limit: 200, subject: id });
    expect(items.map(({ kind, by }) => [kind, by])).toEqual([
      ['dead-letter.note', 'ann'],
      ['dead-letter.note', 'ann'],
    ]);
    expect(await store().reader.acts.verify()).toMatchObject({ broken: undefined });
    const [newest] = items;
    expect(hashOfAct(newest!)).toBe(newest!.hash);
    expect(hashOfAct({ ...newest!, by: 'bob' })).not.toBe(newest!.hash);
    expect(newest!.previous).not.toBe(CHAIN_START);
  });

  describe('a job', () => {
    const begin = async (filter: LetterWork['filter']): Promise<string> => {
      const id = randomId('job');
      await store().jobs.begin({ type: 'job.requested', id, at: 6_000, work: { kind: 'redrive', filter } });
      return id;
    };
    const sent = ({ id, desk }: LetterState) => ({
      result: { letter: id, status: 'sent' as const },
      letter: { status: 'redriven' as const, desk },
    });
    const slice = (job: string, limit: number) =>
      store().jobWorks.slice({ job, at: 7_000, limit, sentBefore: 0 }, sent);

    test('tells before it begins which letters it would be about, and which it would refuse', async () => {
      const pipeline = randomId('pipeline');
      const busy = { code: 'MODEL_BUSY', kind: 'transient', message: 'Busy.' } as const;
      await keep(
        ...[0, 1, 2].map((redrives) => letterOf({ pipeline, redrives })),
        letterOf({ pipeline, stage: undefined, failure: busy }),
      );
      const work = { kind: 'redrive', filter: { pipeline }, maxRedrives: 2 } as const;
      expect(await store().reader.jobs.preview(work)).toEqual({
        letters: 4,
        refused: 1,
        groups: [
          { stage: 'draft', code: 'STAGE_THREW', letters: 3, refused: 1 },
          { code: 'MODEL_BUSY', letters: 1, refused: 0 },
        ],
      });
      expect(await store().reader.jobs.preview({ ...work, kind: 'resolve' })).toMatchObject({ letters: 4, refused: 0 });
    });

    test('is about the letters that are open when it begins, the oldest first', async () => {
      const pipeline = randomId('pipeline');
      const ids = await keep(...[3, 1, 2].map((i) => letterOf({ pipeline, at: 1_700_000_000_000 + i })));
      await store().writer.commit(commitOf({ closed: [ids[2]!] }));
      const job = await begin({ pipeline });
      await keep(letterOf({ pipeline }));
      const { items } = await store().reader.jobs.items(job, { limit: 10 });
      expect(items).toEqual([ids[1], ids[0]].map((letter) => ({ letter, status: 'waiting' })));
      expect(await store().reader.jobs.find(job)).toMatchObject({ status: 'running', items: { waiting: 2 } });
    });

    test('that is taken over sends again what may not have been sent, and decides on each letter once', async () => {
      const pipeline = randomId('pipeline');
      await keep(...[1, 2, 3].map((i) => letterOf({ pipeline, at: 1_700_000_000_000 + i })));
      const job = await begin({ pipeline });
      const first = await slice(job, 2);
      expect([first.send.length, first.decided]).toEqual([2, 2]);
      // The coordinator died before it sent them.
      const second = await slice(job, 2);
      expect(second.send.map(({ id }) => id).slice(0, 2)).toEqual(first.send.map(({ id }) => id));
      expect([second.send.length, second.decided]).toEqual([3, 1]);
      const results = second.send.map(({ id }) => ({ letter: id, status: 'redriven' as const }));
      expect(await store().jobWorks.moveOn({ job, at: 8_000, next: 9_000 }, results)).toEqual({ ended: true });
      expect(await store().reader.jobs.find(job)).toMatchObject({ status: 'completed', items: { redriven: 3 } });
      const { items } = await store().reader.deadLetters({ pipeline, limit: 5 });
      expect(items.map(({ status }) => status)).toEqual(['redriven', 'redriven', 'redriven']);
    });

    test('is worked on by one coordinator at a time, and by another when that one is gone', async () => {
      const pipeline = randomId('pipeline');
      await keep(letterOf({ pipeline }));
      const job = await begin({ pipeline });
      const take = async (at: number) => {
        const taken: string[] = [];
        for (let due = await store().jobWorks.takeDue({ at, until: at + 10_000 }); due;) {
          taken.push(due.id);
          due = await store().jobWorks.takeDue({ at, until: at + 10_000 });
        }
        return taken.includes(job);
      };
      expect([await take(7_000), await take(16_000), await take(17_000)]).toEqual([true, false, true]);
      await slice(job, 5);
    });

    test('that is paused decides nothing until it is resumed; one that is stopped passes over the rest', async () => {
      const pipeline = randomId('pipeline');
      await keep(letterOf({ pipeline }), letterOf({ pipeline }));
      const job = await begin({ pipeline });
      const change = (what: 'pause' | 'resume' | 'stop') =>
        store().jobs.change({ type: 'job.change-requested', id: randomId('act'), at: 6_500, job, change: what });
      await change('pause');
      expect((await slice(job, 1)).decided).toBe(0);
      expect(await change('pause')).toEqual({ status: 'applied', unchanged: true });
      await change('resume');
      expect((await slice(job, 1)).decided).toBe(1);
      await change('stop');
      expect((await slice(job, 1)).decided).toBe(0);
      expect(await store().reader.jobs.find(job)).toMatchObject({ status: 'stopped', items: { sent: 1, skipped: 1 } });
      expect(await change('resume')).toMatchObject({ status: 'refused', failure: { code: 'NOT_ALLOWED_NOW' } });
      expect((await store().reader.jobs.list({ status: 'stopped', limit: 50 })).items.map(({ id }) => id)).toContain(
        job,
      );
    });

    test('over nothing has completed when it begins', async () => {
      const job = await begin({ pipeline: randomId('pipeline') });
      expect(await store().reader.jobs.find(job)).toMatchObject({ status: 'completed', items: { waiting: 0 } });
    });
  });
}
