import type { Batch, Handle, Outgoing } from '../broker.js';
import type { Incoming } from '../incoming.js';
import type { Parking } from '../broker.js';
import { everything, numbered, numbers, range, text, texts, type Promised, type Scene } from './scene.js';

class Unfit extends Error {}
class Away extends Error {}

/** Parks on a topic, and remembers with what. */
function parkingOn(topic: string) {
  const errors: unknown[] = [];
  const parking: Parking = {
    blames: (error) => error instanceof Unfit || (error as { code?: unknown }).code === 'RECORD_TOO_LARGE',
    park: ({ key, value }, error) => {
      errors.push(error);
      return Promise.resolve([{ topic, key, value }]);
    },
  };
  return { parking, errors };
}

const isBad = (record: Incoming): boolean => Number(text(record)) % 10 === 7;

/** A topic with records of which the sevens can be handled by nobody, and where answers and parked records go. */
async function withBadRecords(scene: Scene) {
  const broker = await scene.broker();
  const [topic, out, parked] = [await scene.topic(broker), await scene.topic(broker), await scene.topic(broker)];
  return { broker, topic, out, parked, group: scene.group(), ...parkingOn(parked) };
}

/** Tests the promises about a record that nobody can handle. */
export function parking(promised: Promised): void {
  promised('a record that nobody can handle is parked alone, and its partition goes on', async (scene) => {
    const { broker, topic, out, parked, group, parking, errors } = await withBadRecords(scene);
    await broker.publish(numbered(topic, 50));
    const consumption = await broker.consumeInOrder({
      topic,
      group,
      maxBatch: 20,
      parking,
      take: ({ records }) => {
        if (records.some(isBad)) throw new Unfit();
        return Promise.resolve(records.map(({ key, value }) => ({ topic: out, key, value })));
      },
    });
    const answers = await scene.watch(broker, out);
    await scene.until('all others are answered', () => answers.length >= 45);
    await broker.publish([{ topic, key: null, value: '50' }]);
    await scene.until('the next is answered', () => answers.length >= 46);
    const good = range(51).filter((n) => n % 10 !== 7);
    expect((await everything(broker, out)).map(text)).toEqual(good.map(String));
    expect((await everything(broker, parked)).map(text)).toEqual(['7', '17', '27', '37', '47']);
    expect(errors.every((error) => error instanceof Unfit)).toBe(true);
    expect(consumption.still).toEqual([]);
  });

  promised('a record among many is found in few tries', async (scene) => {
    const tries = async (n: number): Promise<number> => {
      const { broker, topic, parked, group, parking } = await withBadRecords(scene);
      let taken = 0;
      await broker.publish(range(n).map((i) => ({ topic, key: null, value: i === n - 3 ? '7' : '1' })));
      const handed = await scene.watch(broker, parked);
      await broker.consumeInOrder({
        topic,
        group,
        maxBatch: n,
        parking,
        take: ({ records }) => {
          taken++;
          if (records.some(isBad)) throw new Unfit();
          return Promise.resolve([]);
        },
      });
      await scene.until('it is parked', () => handed.length === 1);
      return taken;
    };
    const [few, many] = [await tries(64), await tries(256)];
    // Each doubling costs some more halves, and not twice as many tries.
    expect(many).toBeLessThan(few * 2);
  });

  promised(
    'a record waits for what is away, is never parked for it, and its partition says that it stands still',
    async (scene) => {
      const { broker, topic, out, parked, group, parking } = await withBadRecords(scene);
      let away = true;
      await broker.publish(numbered(topic, 3));
      const consumption = await broker.consumeInOrder({
        topic,
        group,
        maxBatch: 1,
        parking,
        take: ({ records }) => {
          if (away) throw new Away();
          return Promise.resolve(records.map(({ key, value }) => ({ topic: out, key, value })));
        },
      });
      await scene.until('it says so', () => consumption.still.length > 0);
      expect(consumption.still[0]).toMatchObject({ topic, partition: 0, offset: 0, error: 'Error' });
      away = false;
      const answers = await scene.watch(broker, out);
      await scene.until('all are answered', () => answers.length >= 3);
      await scene.until('it moves on', () => consumption.still.length === 0);
      expect(await everything(broker, parked)).toEqual([]);
    },
  );

  promised('a record whose answer can never be published is parked', async (scene) => {
    const { broker, topic, out, parked, group, parking } = await withBadRecords(scene);
    const large: Outgoing = { topic: out, key: null, value: Buffer.alloc(broker.maxRecordBytes + 1) };
    await broker.publish(numbered(topic, 20));
    await broker.consumeInOrder({
      topic,
      group,
      maxBatch: 8,
      parking,
      take: ({ records }: Batch) =>
        Promise.resolve(
          records.map((record) => (isBad(record) ? large : { topic: out, key: null, value: record.value })),
        ),
    });
    const answers = await scene.watch(broker, out);
    await scene.until('all others are answered', () => answers.length >= 18);
    expect(texts(await everything(broker, parked))).toEqual(['17', '7']);
  });

  promised(
    'a record that is handled by itself is parked after some failures of its own, and none for what is away',
    async (scene) => {
      const { broker, topic, out, parked, group, parking, errors } = await withBadRecords(scene);
      let away = 5;
      const handle: Handle = (record) => {
        if (isBad(record)) throw new Unfit();
        if (text(record) === '3' && away-- > 0) throw new Away();
        return Promise.resolve([{ topic: out, key: null, value: record.value }]);
      };
      await broker.publish(numbered(topic, 20));
      const [answers, handed] = [await scene.watch(broker, out), await scene.watch(broker, parked)];
      await broker.consume({ topic, group, concurrency: 4, parking }, handle);
      await scene.until('all are done', () => answers.length >= 18 && handed.length >= 2);
      expect(texts(answers)).toEqual(numbers(20).filter((n) => Number(n) % 10 !== 7));
      expect(texts(handed)).toEqual(['17', '7']);
      expect(errors).toHaveLength(2);
    },
  );
}
