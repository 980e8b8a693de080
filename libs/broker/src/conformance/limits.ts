import { close, copyTo, numbered, numbers, range, text, type Promised } from './scene.js';

/** Tests the limits of a consumption, and how it is paused and resumed. */
export function limits(promised: Promised): void {
  promised('as many records are handled at once as asked for, over all partitions, and no more', async (scene) => {
    const broker = await scene.broker();
    const topic = await scene.topic(broker, { partitions: 3 });
    const gate = scene.gate();
    let running = 0;
    let most = 0;
    let done = 0;
    await broker.publish(numbered(topic, 60));
    const consumption = await broker.consume({ topic, group: scene.group(), concurrency: 5 }, async () => {
      most = Math.max(most, ++running);
      await gate.opened;
      await new Promise(setImmediate);
      running--;
      done++;
      return [];
    });
    await scene.until('five are in hand and others wait', () => running === 5 && consumption.queued > 0);
    expect(consumption.inFlight).toBe(5);
    gate.open();
    await scene.until('all are done', () => done >= 60);
    expect(most).toBe(5);
    await scene.until('nothing is in flight', () => consumption.inFlight === 0 && consumption.queued === 0);
  });

  promised('no record is handled that is further above the oldest unfinished one than the window', async (scene) => {
    const broker = await scene.broker();
    const topic = await scene.topic(broker);
    const gate = scene.gate();
    const unfinished = new Set(range(100));
    const distances: number[] = [];
    const source = { topic, group: scene.group(), concurrency: 50, window: 8 };
    await broker.publish(numbered(topic, 100));
    await broker.consume(source, async (record) => {
      distances.push(record.offset - Math.min(...unfinished));
      if (record.offset === 0) await gate.opened;
      unfinished.delete(record.offset);
      return [];
    });
    await scene.until('those within the window are done', () => unfinished.size <= 93);
    gate.open();
    await scene.until('all are done', () => unfinished.size === 0);
    expect(Math.max(...distances)).toBeLessThanOrEqual(8);
  });

  promised('records behind a slow handler wait in the log, not in memory', async (scene) => {
    const broker = await scene.broker();
    const topic = await scene.topic(broker);
    const gate = scene.gate();
    let done = 0;
    let most = 0;
    const source = { topic, group: scene.group(), concurrency: 4, window: 200 };
    const consumption = await broker.consume(source, async () => {
      await gate.opened;
      most = Math.max(most, consumption.queued);
      done++;
      return [];
    });
    for (const _ of range(10)) {
      await broker.publish(range(1000).map(() => ({ topic, key: null, value: Buffer.alloc(1000) })));
      most = Math.max(most, consumption.queued);
    }
    await scene.until('the handlers are busy', () => consumption.inFlight === 4);
    gate.open();
    await scene.until('all are done', () => done >= 10_000);
    expect(most).toBeLessThan(5_000);
  });

  promised('a paused consumption takes nothing, and goes on where it was', async (scene) => {
    const broker = await scene.broker();
    const topic = await scene.topic(broker, { partitions: 2 });
    const seen: string[] = [];
    const consumption = await broker.consume({ topic, group: scene.group(), concurrency: 4 }, (record) => {
      seen.push(text(record));
      return Promise.resolve([]);
    });
    await broker.publish([{ topic, key: null, value: 'before' }]);
    await scene.until('the first is seen', () => seen.length === 1);
    consumption.pause();
    await broker.publish(numbered(topic, 20));
    let witnessed = 0;
    await broker.consume({ topic, group: scene.group(), concurrency: 4 }, () => {
      witnessed++;
      return Promise.resolve([]);
    });
    await scene.until('another group has seen all', () => witnessed >= 21);
    expect(seen).toEqual(['before']);
    consumption.resume();
    await scene.until('the rest is seen', () => seen.length >= 21);
    expect(seen.slice(1).sort()).toEqual(numbers(20));
  });

  promised(
    'draining finishes and commits what is in flight, takes nothing new, and gives the rest back',
    async (scene) => {
      const broker = await scene.broker();
      const [topic, out] = [await scene.topic(broker), await scene.topic(broker)];
      const source = { topic, group: scene.group(), concurrency: 3 };
      const gate = scene.gate();
      let started = 0;
      const consumption = await broker.consume(source, async (record, signal) => {
        started++;
        await gate.opened;
        return copyTo(out)(record, signal);
      });
      const answers = await scene.watch(broker, out);
      await broker.publish(numbered(topic, 6));
      await scene.until('three are in hand', () => started === 3);
      const drained = consumption.drain(scene.patienceMs);
      gate.open();
      await drained;
      expect(consumption.ready).toBe(false);
      expect(started).toBe(3);
      await scene.until('three are answered', () => answers.length >= 3);
      const answered = new Set(answers.map(text));
      expect(await scene.nextOwnerGets(broker, source)).toEqual(numbers(6).filter((n) => !answered.has(n)));
    },
  );

  promised('draining gives up after its time, and the next owner gets what did not finish', async (scene) => {
    const broker = await scene.broker();
    const topic = await scene.topic(broker);
    const source = { topic, group: scene.group(), concurrency: 3 };
    const gate = scene.gate();
    const aborted: string[] = [];
    const consumption = await broker.consume(source, async (record, signal) => {
      if (text(record) !== '1') return [];
      signal.addEventListener('abort', () => aborted.push(text(record)));
      await gate.opened;
      return [];
    });
    await broker.publish(numbered(topic, 3));
    await scene.until('only one is left', () => consumption.inFlight === 1);
    await consumption.drain(20);
    expect(aborted).toEqual(['1']);
    expect(await scene.nextOwnerGets(broker, source)).toContain('1');
  });

  promised('closing aborts what is in flight, and the next owner gets it', async (scene) => {
    const broker = await scene.broker();
    const topic = await scene.topic(broker);
    const source = { topic, group: scene.group(), concurrency: 2 };
    const aborted: string[] = [];
    let started = 0;
    const consumption = await broker.consume(source, async (record, signal) => {
      started++;
      await new Promise((resolve) => signal.addEventListener('abort', resolve));
      aborted.push(text(record));
      throw signal.reason;
    });
    await scene.until('it is ready', () => consumption.ready);
    await broker.publish(numbered(topic, 2));
    await scene.until('both are in hand', () => started === 2);
    await close(consumption);
    expect(consumption.ready).toBe(false);
    await scene.until('both know', () => aborted.length === 2);
    expect(await scene.nextOwnerGets(broker, source)).toEqual(['0', '1']);
  });

  promised('closing a client ends what it consumes', async (scene) => {
    const broker = await scene.broker();
    const topic = await scene.topic(broker);
    const consumption = await broker.consume({ topic, group: scene.group(), concurrency: 1 }, () =>
      Promise.resolve([]),
    );
    await scene.until('it is ready', () => consumption.ready);
    expect(await broker.healthy()).toBe(true);
    await scene.close(broker);
    expect(consumption.ready).toBe(false);
    expect(await broker.healthy()).toBe(false);
  });
}
