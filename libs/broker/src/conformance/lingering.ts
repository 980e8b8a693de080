import type { OrderedSource } from '../broker.js';
import type { Incoming } from '../incoming.js';
import { numbered, range, text, type Promised } from './scene.js';

const AN_HOUR_MS = 3_600_000;

/** Small numbers can wait. */
const canWait = (record: Incoming): boolean => Number(text(record)) < 10;

/** Tests what `linger` promises. */
export function lingering(promised: Promised): void {
  promised('records that can wait are taken with the first that cannot, in one batch', async (scene) => {
    const broker = await scene.broker();
    const { source, batches } = noting({ topic: await scene.topic(broker), group: scene.group() }, AN_HOUR_MS);
    await broker.consumeInOrder(source);
    for (const value of ['1', '2', '3', '10']) await broker.publish([{ topic: source.topic, key: null, value }]);
    await scene.until('all are seen', () => batches.flat().length === 4);
    await broker.publish([{ topic: source.topic, key: null, value: '11' }]);
    await scene.until('the last is seen', () => batches.flat().length === 5);
    expect(batches).toEqual([['1', '2', '3', '10'], ['11']]);
  });

  promised(
    'records that can wait are taken alone when their time is over, and those after them wait anew',
    async (scene) => {
      const broker = await scene.broker();
      const { source, batches } = noting({ topic: await scene.topic(broker), group: scene.group() }, 20);
      await broker.consumeInOrder(source);
      for (const n of range(3)) {
        await broker.publish([{ topic: source.topic, key: null, value: `${n}` }]);
        await scene.until('it is seen', () => batches.length === n + 1);
      }
      expect(batches).toEqual([['0'], ['1'], ['2']]);
    },
  );

  promised('a full batch does not wait', async (scene) => {
    const broker = await scene.broker();
    const { source, batches } = noting({ topic: await scene.topic(broker), group: scene.group() }, AN_HOUR_MS);
    await broker.publish(numbered(source.topic, 8));
    await broker.consumeInOrder({ ...source, maxBatch: 4 });
    await scene.until('all are seen', () => batches.flat().length === 8);
    expect(batches.map((batch) => batch.length)).toEqual([4, 4]);
  });

  promised(
    'a consumption that ends does not wait for records that can, and the next owner gets them',
    async (scene) => {
      const broker = await scene.broker();
      const { source, batches } = noting({ topic: await scene.topic(broker), group: scene.group() }, AN_HOUR_MS);
      const first = await broker.consumeInOrder(source);
      await broker.publish([{ topic: source.topic, key: null, value: '1' }]);
      await first.drain(AN_HOUR_MS);
      expect(batches).toEqual([]);
      await broker.consumeInOrder(source);
      await broker.publish([{ topic: source.topic, key: null, value: '10' }]);
      await scene.until('both are seen', () => batches.length === 1);
      expect(batches).toEqual([['1', '10']]);
    },
  );
}

/** A source that notes the values of its batches. */
function noting(options: { topic: string; group: string }, ms: number): { source: OrderedSource; batches: string[][] } {
  const batches: string[][] = [];
  const take: OrderedSource['take'] = ({ records }) => {
    batches.push(records.map(text));
    return Promise.resolve([]);
  };
  return { source: { ...options, maxBatch: 100, linger: { ms, canWait }, take }, batches };
}
