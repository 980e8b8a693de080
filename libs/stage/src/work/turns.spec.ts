import fc from 'fast-check';
import type { Priority } from '@millrace/contracts';
import { type Claim, Turns } from './turns.js';

const never = new AbortController().signal;
const claim = (more: Partial<Claim> = {}): Claim => ({ priority: 'normal', tenant: '', partition: 0, ...more });
const settled = () => new Promise((resolve) => setImmediate(resolve));
const limits = (more: object) => ({ at: 1, ...more });

/** One at a time; in which order those who wait get their turn. */
async function order(
  claims: readonly (Partial<Claim> & { name: string })[],
  weights?: Record<string, number>,
): Promise<string[]> {
  const turns = new Turns(1);
  if (weights) turns.limit(limits({ weights }), 1);
  const first = await turns.take(claim(), never);
  const got: string[] = [];
  const all = claims.map(async ({ name, ...more }) => {
    const end = await turns.take(claim(more), never);
    got.push(name);
    await settled();
    end();
  });
  first();
  await Promise.all(all);
  return got;
}
const many = (name: string, count: number, more: Partial<Claim>) =>
  Array.from({ length: count }, () => ({ name, ...more }));
const countIn = (names: readonly string[], name: string) => names.filter((one) => one === name).length;

describe('whose turn it is', () => {
  test('is theirs in the order of coming, among equals', async () => {
    expect(await order([{ name: 'a' }, { name: 'b' }, { name: 'c' }])).toEqual(['a', 'b', 'c']);
  });

  test('is a higher priority’s first, and a low one’s too before long', async () => {
    const got = await order([...many('low', 5, { priority: 'low' }), ...many('high', 200, { priority: 'high' })]);
    expect(countIn(got.slice(0, 60), 'high')).toBeGreaterThanOrEqual(58);
    expect(countIn(got.slice(0, 200), 'low')).toBeGreaterThanOrEqual(2);
  });

  test('is shared among tenants, however much one of them asks for', async () => {
    const got = await order([...many('big', 100, { tenant: 'big' }), ...many('small', 5, { tenant: 'small' })]);
    expect(countIn(got.slice(0, 12), 'small')).toBe(5);
  });

  test('is shared among tenants by weight', async () => {
    const got = await order([...many('a', 100, { tenant: 'a' }), ...many('b', 100, { tenant: 'b' })], { a: 3 });
    expect(countIn(got.slice(0, 40), 'a')).toBeGreaterThanOrEqual(28);
    expect(countIn(got.slice(0, 40), 'b')).toBeGreaterThanOrEqual(8);
  });

  test('is nobody’s while there is a pause, and then theirs in the same order', async () => {
    const turns = new Turns(2);
    const begun: string[] = [];
    const take = async (name: string) => {
      const end = await turns.take(claim(), never);
      begun.push(name);
      return end;
    };
    const inHand = await take('in hand');
    turns.pause(true);
    const all = [take('first'), take('second'), take('third')];
    inHand();
    await settled();
    expect(begun).toEqual(['in hand']);
    turns.pause(false);
    for (const turn of all) (await turn)();
    expect(begun).toEqual(['in hand', 'first', 'second', 'third']);
  });

  test('comes to everybody, whatever the priorities, tenants, partitions and limits, and never to too many at once', async () => {
    const one = fc.record({
      priority: fc.constantFrom<Priority>('high', 'normal', 'low'),
      tenant: fc.constantFrom('', 'a', 'b'),
      partition: fc.nat({ max: 3 }),
    });
    const bounds = fc.record({ concurrency: fc.integer({ min: 4, max: 9 }), weights: fc.constant({ a: 5 }) });
    await fc.assert(
      fc.asyncProperty(
        fc.array(one, { maxLength: 60 }),
        fc.integer({ min: 1, max: 6 }),
        bounds,
        async (claims, concurrency, limit) => {
          const turns = new Turns(concurrency);
          turns.limit(limits(limit), 4);
          let busy = 0;
          let most = 0;
          const ofPartition = new Map<number, number>();
          await Promise.all(
            claims.map(async (claim) => {
              const end = await turns.take(claim, never);
              most = Math.max(most, ++busy);
              const now = (ofPartition.get(claim.partition) ?? 0) + 1;
              ofPartition.set(claim.partition, now);
              expect(now).toBeLessThanOrEqual(Math.ceil(limit.concurrency / 4));
              await settled();
              busy--;
              ofPartition.set(claim.partition, ofPartition.get(claim.partition)! - 1);
              end();
            }),
          );
          expect(most).toBeLessThanOrEqual(Math.min(concurrency, limit.concurrency));
          expect([turns.waiting, busy]).toEqual([0, 0]);
        },
      ),
      { numRuns: 60 },
    );
  });
});

describe('a limit', () => {
  test('is shared out over the partitions so that all of them together keep it, whoever owns them', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 12 }), fc.nat({ max: 40 }), async (partitions, more) => {
        const concurrency = partitions + more;
        let begun = 0;
        for (let partition = 0; partition < partitions; partition++) {
          const turns = new Turns(1_000); // A process for each.
          turns.limit(limits({ concurrency }), partitions);
          for (let i = 0; i < concurrency; i++)
            void turns.take(claim({ partition }), never).then(
              () => begun++,
              () => undefined,
            );
          await settled();
          turns.close();
        }
        expect(begun).toBe(concurrency);
      }),
      { numRuns: 30 },
    );
  });

  test('of a rate lets so many begin in a second, and goes on by itself', async () => {
    let now = 0;
    const turns = new Turns(100, () => now);
    turns.limit(limits({ perSecond: 10 }), 2);
    let begun = 0;
    for (let i = 0; i < 50; i++)
      void turns.take(claim({ partition: i % 2 }), never).then(
        () => begun++,
        () => undefined,
      );
    await settled();
    expect(begun).toBe(2);
    now = 1_000;
    turns.limit(limits({ perSecond: 10 }), 2);
    while (begun < 4) await new Promise((resolve) => setTimeout(resolve, 5));
    now = 2_000;
    while (begun < 14) await new Promise((resolve) => setTimeout(resolve, 5));
    await settled();
    expect(begun).toBe(14);
    turns.close();
  });

  test('that is lifted lets everybody begin', async () => {
    const turns = new Turns(100);
    turns.limit(limits({ concurrency: 1 }), 1);
    let begun = 0;
    for (let i = 0; i < 5; i++) void turns.take(claim(), never).then(() => begun++);
    await settled();
    expect(begun).toBe(1);
    turns.limit(undefined, 1);
    await settled();
    expect(begun).toBe(5);
  });
});

test('who waits is sent away when its work is taken over by somebody else, or the stage ends', async () => {
  const turns = new Turns(1);
  const end = await turns.take(claim(), never);
  const lost = new AbortController();
  const waits = turns.take(claim(), lost.signal);
  lost.abort();
  await expect(waits).rejects.toThrow('no longer ours');
  const other = turns.take(claim(), never);
  turns.close();
  await expect(other).rejects.toThrow('no longer ours');
  end();
  await expect(turns.take(claim(), never)).rejects.toThrow('no longer ours');
});

test('who waits with a record of a partition that goes to another process is sent away, and the others keep their turns', async () => {
  const turns = new Turns(1);
  const end = await turns.take(claim({ partition: 1 }), never);
  const goes = turns.take(claim({ partition: 1 }), never);
  const stays = turns.take(claim({ partition: 2 }), never);
  turns.release(1);
  await expect(goes).rejects.toThrow('no longer ours');
  expect(turns.waiting).toBe(1);
  end();
  (await stays)();
});
