import type { Broker, Consumption } from '../broker.js';
import {
  close,
  copyTo,
  everything,
  numbered,
  numbers,
  range,
  text,
  texts,
  type Promised,
  type Scene,
} from './scene.js';

/** Tests who owns a record, what the next owner is given, and what happens to the work of an owner that lost its partition. */
export function ownership(promised: Promised): void {
  for (const [how, end, needs] of [
    ['closes', (_: Scene, __: Broker, consumption: Consumption) => close(consumption), undefined],
    ['crashes', (scene: Scene, broker: Broker) => scene.crash(broker), 'crash'],
  ] as const) {
    promised(
      `one slow record does not keep the next from being committed: when its owner ${how}, only it comes again`,
      async (scene) => {
        const [first, second] = [await scene.broker(), await scene.broker()];
        const [topic, out] = [await scene.topic(first), await scene.topic(first)];
        const source = { topic, group: scene.group(), concurrency: 4 };
        const gate = scene.gate();
        const consumption = await first.consume(source, async (record, signal) => {
          if (text(record) === '2') await gate.opened;
          return copyTo(out)(record, signal);
        });
        const answers = await scene.watch(second, out);
        await second.publish(numbered(topic, 30));
        await scene.until('the others are answered', () => answers.length >= 29);
        await end(scene, first, consumption);
        expect(await scene.nextOwnerGets(second, source)).toEqual(['2']);
        expect(texts(await everything(second, out))).toEqual(numbers(30).filter((n) => n !== '2'));
      },
      needs,
    );
  }

  promised(
    'a crash between an answer and its commit leaves each answer there exactly once, whole',
    async (scene) => {
      const reader = await scene.broker();
      const topic = await scene.topic(reader, { partitions: 2 });
      const outs = [await scene.topic(reader, { partitions: 2 }), await scene.topic(reader)];
      const source = { topic, group: scene.group(), concurrency: 8 };
      const answers = await scene.watch(reader, outs[0]!);
      await reader.publish(numbered(topic, 90));
      for (const round of range(4)) {
        const worker = await scene.broker();
        const crashed = scene.gate();
        let handled = 0;
        await worker.consume(source, (record) => {
          if (++handled === 15 && round < 3) void scene.crash(worker).then(() => crashed.open());
          return Promise.resolve(outs.map((out) => ({ topic: out, key: record.key, value: record.value })));
        });
        if (round < 3) await crashed.opened;
      }
      await scene.until('all are answered', () => answers.length >= 90);
      for (const out of outs) expect(texts(await everything(reader, out))).toEqual(numbers(90));
    },
    'crash',
  );

  promised('what an owner answers after it lost the record is not published', async (scene) => {
    const [first, second] = [await scene.broker(), await scene.broker()];
    const [topic, out] = [await scene.topic(first), await scene.topic(first)];
    const source = { topic, group: scene.group(), concurrency: 4 };
    const gate = scene.gate();
    let late = 0;
    const zombie = await first.consume(source, async (record, signal) => {
      await gate.opened;
      late++;
      return copyTo(out)(record, signal);
    });
    await second.publish(numbered(topic, 3));
    await scene.until('three are in hand', () => zombie.inFlight === 3);
    await close(zombie);
    const answers = await scene.watch(second, out);
    await using _owner = await second.consume(source, copyTo(out));
    await scene.until('the next owner has answered', () => answers.length >= 3);
    gate.open();
    await scene.until('the late answers are given', () => late === 3);
    await second.publish([{ topic, key: null, value: 'last' }]);
    await scene.until('the last is answered', () => answers.some((record) => text(record) === 'last'));
    expect(texts(await everything(second, out))).toEqual([...numbers(3), 'last']);
  });

  promised('two consumers of a group share its partitions', async (scene) => {
    const brokers = [await scene.broker(), await scene.broker()];
    const topic = await scene.topic(brokers[0]!, { partitions: 4 });
    const out = await scene.topic(brokers[0]!);
    const source = { topic, group: scene.group(), concurrency: 4 };
    const handled = [0, 0];
    for (const [n, broker] of brokers.entries()) {
      await broker.consume(source, (record, signal) => {
        handled[n]!++;
        return copyTo(out)(record, signal);
      });
    }
    let published = 0;
    await scene.until('both have work', async () => {
      await brokers[0]!.publish(range(8).map((n) => ({ topic, partition: n % 4, key: null, value: `${published++}` })));
      return handled.every((n) => n > 0);
    });
    const answers = await scene.watch(brokers[0]!, out);
    await scene.until('all are answered', () => answers.length >= published);
    expect(texts(await everything(brokers[0]!, out))).toEqual(numbers(published));
  });

  promised('consumers that come and go under load neither lose nor repeat a record', async (scene) => {
    const stayer = await scene.broker();
    const topic = await scene.topic(stayer, { partitions: 4 });
    const out = await scene.topic(stayer, { partitions: 2 });
    const source = { topic, group: scene.group(), concurrency: 8 };
    const handle = copyTo(out);
    const slowly: typeof handle = async (record, signal) => {
      await new Promise(setImmediate);
      return handle(record, signal);
    };
    const answers = await scene.watch(stayer, out);
    await stayer.publish(numbered(topic, 300));
    await stayer.consume(source, slowly);
    for (const round of range(3)) {
      const guest = await scene.broker();
      const consumption = await guest.consume(source, slowly);
      await stayer.publish(numbered(topic, 300 + (round + 1) * 100).slice(300 + round * 100));
      await scene.until('some more are answered', () => answers.length >= (round + 1) * 60);
      if (round % 2) await consumption.drain(scene.patienceMs);
      else await scene.close(guest);
    }
    await scene.until('all are answered', () => answers.length >= 600);
    expect(texts(await everything(stayer, out))).toEqual(numbers(600));
  });

  promised('a record whose partition is taken away is aborted, and the new owner gets it', async (scene) => {
    const [first, second] = [await scene.broker(), await scene.broker()];
    const topic = await scene.topic(first, { partitions: 2 });
    const source = { topic, group: scene.group(), concurrency: 4 };
    const gate = scene.gate();
    const aborted = new Set<string>();
    const taken = new Set<string>();
    const owner = await first.consume(source, async (record, signal) => {
      signal.addEventListener('abort', () => aborted.add(text(record)));
      await gate.opened;
      return [];
    });
    await first.publish(range(2).map((partition) => ({ topic, partition, key: null, value: `${partition}` })));
    await scene.until('both are in hand', () => owner.inFlight === 2);
    await second.consume(source, (record) => {
      taken.add(text(record));
      return Promise.resolve([]);
    });
    await scene.until('one has moved', () => taken.size > 0);
    await scene.until('its former owner knows', () => [...taken].every((value) => aborted.has(value)));
  });
}
