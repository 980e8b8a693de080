import type { Broker, Handle } from '../broker.js';
import {
  backlog,
  copyTo,
  everything,
  numbered,
  numbers,
  range,
  texts,
  type Harness,
  type Promised,
  type Scene,
} from './scene.js';

const RECORDS = 300;

/** Random histories: records through three chained groups whose owners fail, crash and come back. */
export function histories(promised: Promised, harness: Harness): void {
  for (const seed of harness.seeds ?? [1, 2, 3]) {
    promised(`with failures and crashes, every record ends exactly once behind three stages (seed ${seed})`, (scene) =>
      history(scene, randomFrom(seed), harness.cannot?.crash === undefined),
    );
  }
}

async function history(scene: Scene, random: () => number, crashes: boolean): Promise<void> {
  const reader = await scene.broker();
  const topics: string[] = [];
  for (const partitions of [2, 3, 2, 2]) topics.push(await scene.topic(reader, { partitions }));
  const stages = range(3).map((n) => ({
    source: { topic: topics[n]!, group: scene.group(), concurrency: 1 + Math.floor(random() * 16) },
    handle: unreliable(copyTo(topics[n + 1]!), random),
    owners: [] as Broker[],
  }));
  const start = async (stage: (typeof stages)[number]): Promise<void> => {
    const owner = await scene.broker();
    stage.owners.push(owner);
    await owner.consume(stage.source, stage.handle);
  };
  for (const stage of stages) {
    await start(stage);
    if (random() < 0.5) await start(stage);
  }
  const ends = await scene.watch(reader, topics.at(-1)!);
  const records = numbered(topics[0]!, RECORDS, 40);
  for (const round of range(6)) {
    await reader.publish(records.slice(round * 50, round * 50 + 50));
    await scene.until('some have come through', () => ends.length >= round * 45);
    const stage = stages[Math.floor(random() * stages.length)]!;
    const victim = stage.owners.splice(Math.floor(random() * stage.owners.length), 1)[0]!;
    // The next owner sometimes comes before the last one has gone.
    const early = random() < 0.5;
    if (early) await start(stage);
    await (crashes && random() < 0.7 ? scene.crash(victim) : scene.close(victim));
    if (!early) await start(stage);
  }
  await scene.until('all have come through', () => ends.length >= RECORDS);
  for (const { source } of stages) {
    await scene.until('nothing is left', async () => (await backlog(reader, source)) === 0);
  }
  for (const topic of topics) expect(texts(await everything(reader, topic))).toEqual(numbers(RECORDS));
}

/** Fails one time in ten, and takes a few turns of the event loop. */
function unreliable(handle: Handle, random: () => number): Handle {
  return async (record, signal) => {
    for (const _ of range(Math.floor(random() * 5))) await new Promise(setImmediate);
    if (random() < 0.1) throw new Error('chance');
    return handle(record, signal);
  };
}

/** Mulberry32: numbers in [0, 1) that follow from the seed. */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}
