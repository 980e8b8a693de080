import { copyTo, everything, numbered, numbers, range, text, texts, type Promised } from './scene.js';

/** Tests the promises of `consume` about records and their answers. */
export function consuming(promised: Promised): void {
  promised('every record is handed over once, those too that are older than the group', async (scene) => {
    const broker = await scene.broker();
    const topic = await scene.topic(broker, { partitions: 3 });
    const source = { topic, group: scene.group(), concurrency: 16 };
    await broker.publish(numbered(topic, 50));
    const seen: string[] = [];
    const consumption = await broker.consume(source, (record) => {
      seen.push(text(record));
      return Promise.resolve([]);
    });
    await scene.until('the old records are seen', () => seen.length >= 50);
    await broker.publish(numbered(topic, 100).slice(50));
    await scene.until('the new records are seen', () => seen.length >= 100);
    await consumption.drain(scene.patienceMs);
    expect(await scene.nextOwnerGets(broker, source)).toEqual([]);
    expect(seen.sort()).toEqual(numbers(100));
  });

  promised('each group is given every record', async (scene) => {
    const broker = await scene.broker();
    const topic = await scene.topic(broker);
    const seen: string[][] = [[], []];
    for (const list of seen) {
      await broker.consume({ topic, group: scene.group(), concurrency: 4 }, (record) => {
        list.push(text(record));
        return Promise.resolve([]);
      });
    }
    await broker.publish(numbered(topic, 20));
    await scene.until('both have all', () => seen.every((list) => list.length >= 20));
    for (const list of seen) expect(list.sort()).toEqual(numbers(20));
  });

  promised('a record whose handler rejects comes again, while others go on', async (scene) => {
    const broker = await scene.broker();
    const [topic, out] = [await scene.topic(broker), await scene.topic(broker)];
    const source = { topic, group: scene.group(), concurrency: 8 };
    const others = scene.gate();
    let tries = 0;
    const consumption = await broker.consume(source, async (record, signal) => {
      if (text(record) === '3' && ++tries < 3) throw new Error('not yet');
      if (text(record) === '3') await others.opened;
      return copyTo(out)(record, signal);
    });
    const answers = await scene.watch(broker, out);
    await broker.publish(numbered(topic, 20));
    await scene.until('the others are answered', () => answers.length >= 19);
    others.open();
    await scene.until('all are answered', () => answers.length >= 20);
    await consumption.drain(scene.patienceMs);
    expect(tries).toBe(3);
    expect(await scene.nextOwnerGets(broker, source)).toEqual([]);
    expect(texts(await everything(broker, out))).toEqual(numbers(20));
  });

  promised('a handler that throws at once is a handler that rejects', async (scene) => {
    const broker = await scene.broker();
    const [topic, out] = [await scene.topic(broker), await scene.topic(broker)];
    let tries = 0;
    await broker.consume({ topic, group: scene.group(), concurrency: 1 }, (record, signal) => {
      if (++tries < 3) throw new Error('at once');
      return copyTo(out)(record, signal);
    });
    const answers = await scene.watch(broker, out);
    await broker.publish(numbered(topic, 1));
    await scene.until('it is answered', () => answers.length >= 1);
    expect(tries).toBe(3);
  });

  promised('an answer that cannot be written fails its own record and no other', async (scene) => {
    const broker = await scene.broker();
    const [topic, out] = [await scene.topic(broker), await scene.topic(broker)];
    const source = { topic, group: scene.group(), concurrency: 8 };
    const bad = [
      { topic: out, key: null, value: Buffer.alloc(broker.maxRecordBytes + 1) },
      { topic: `missing-${out}`, key: null, value: '' },
    ];
    let tries = 0;
    const consumption = await broker.consume(source, async (record, signal) => {
      const answer = await copyTo(out)(record, signal);
      const wrong = text(record) === '0' ? bad[tries++] : undefined;
      return wrong ? [...answer, wrong] : answer;
    });
    const answers = await scene.watch(broker, out);
    await broker.publish(numbered(topic, 10));
    await scene.until('all are answered', () => answers.length >= 10);
    await consumption.drain(scene.patienceMs);
    expect(tries).toBe(3);
    expect(await scene.nextOwnerGets(broker, source)).toEqual([]);
    expect(texts(await everything(broker, out))).toEqual(numbers(10));
  });

  promised('packed answers travel as JSON arrays, each value once and in order for each key', async (scene) => {
    const broker = await scene.broker();
    const [topic, out] = [await scene.topic(broker), await scene.topic(broker, { partitions: 2 })];
    const source = { topic, group: scene.group(), concurrency: 64, ordered: 'by-key' as const };
    await broker.publish(numbered(topic, 200, 10));
    await broker.consume(source, (record) =>
      Promise.resolve([{ topic: out, key: record.key, value: text(record), packed: true }]),
    );
    const answers = await scene.watch(broker, out);
    const unpacked = (): number[] => answers.flatMap((record) => JSON.parse(text(record)) as number[]);
    await scene.until('all are answered', () => unpacked().length >= 200);
    for (const key of range(10)) {
      expect(unpacked().filter((n) => n % 10 === key)).toEqual(range(20).map((n) => n * 10 + key));
    }
  });

  promised('records of one key are handled one after the other, and other keys do not wait for them', async (scene) => {
    const broker = await scene.broker();
    const topic = await scene.topic(broker, { partitions: 2 });
    const source = { topic, group: scene.group(), concurrency: 16, ordered: 'by-key' as const };
    const first = scene.gate();
    const started: number[] = [];
    const done: number[] = [];
    await broker.publish(numbered(topic, 60, 6));
    await broker.consume(source, async (record) => {
      const n = Number(text(record));
      started.push(n);
      if (n === 0) await first.opened;
      await new Promise(setImmediate);
      done.push(n);
      return [];
    });
    await scene.until('all other keys are done', () => done.length >= 50);
    expect(started.filter((n) => n % 6 === 0)).toEqual([0]);
    first.open();
    await scene.until('all are done', () => done.length >= 60);
    for (const key of range(6)) expect(done.filter((n) => n % 6 === key)).toEqual(range(10).map((n) => n * 6 + key));
  });

  promised('in order by key, a record that fails comes again before the next one of its key', async (scene) => {
    const broker = await scene.broker();
    const topic = await scene.topic(broker);
    const source = { topic, group: scene.group(), concurrency: 16, ordered: 'by-key' as const };
    const tried = new Map<number, number>();
    const handled: number[] = [];
    await broker.publish(numbered(topic, 60, 6));
    await broker.consume(source, async (record) => {
      const n = Number(text(record));
      tried.set(n, (tried.get(n) ?? 0) + 1);
      await new Promise(setImmediate);
      if (n % 7 === 0 && tried.get(n)! < 3) throw new Error('not yet');
      handled.push(n);
      return [];
    });
    await scene.until('all are handled', () => handled.length >= 60);
    for (const key of range(6)) expect(handled.filter((n) => n % 6 === key)).toEqual(range(10).map((n) => n * 6 + key));
  });
}
