import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { StageLimits } from '@millrace/contracts';
import { openRuntime, serviceSettings } from '@millrace/runtime';
import { z } from 'zod';
import { aCommand } from '../runtime.fixture.js';
import { defineStage, type Handles, type In, type Out, Stage, startStage } from '../index.js';

const slow = defineStage({
  name: 'slow',
  input: z.object({ name: z.string() }),
  output: z.object({ text: z.string() }),
});

/** The work in hand, until a test lets it end. */
const inHand: { name: string; end: () => void }[] = [];
const begun: string[] = [];

@Stage(slow)
class SlowStage implements Handles<typeof slow> {
  async handle({ name }: In<typeof slow>): Promise<Out<typeof slow>> {
    begun.push(name);
    await new Promise<void>((end) => inHand.push({ name, end }));
    return { text: name };
  }
}

const until = async (holds: () => boolean): Promise<void> => {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 5));
};
const endOne = () => inHand.shift()?.end();
/** Lets all end, one after the other. */
async function endAll(count: number): Promise<void> {
  for (let ended = 0; ended < count; ended++) {
    await until(() => inHand.length > 0);
    endOne();
  }
}

async function aStage(concurrency: number) {
  const dir = await mkdtemp(join(tmpdir(), 'millrace-limits-'));
  const runtime = await openRuntime('test', {
    ...serviceSettings({ LOG_LEVEL: 'silent', TOPIC_PARTITIONS: '2' }),
    dataDir: dir,
  });
  const stage = await startStage(runtime, SlowStage, { concurrency });
  begun.length = 0;
  let runs = 0;
  return {
    send: (names: readonly string[], more: object = {}) =>
      runtime.broker.publish(
        names.map((name) => {
          const run = 'run_' + String(runs++).padStart(26, '0');
          return {
            topic: runtime.topics.stage('slow'),
            key: run,
            value: JSON.stringify({ ...aCommand({ run, step: 'slow', input: { name } }), ...more }),
          };
        }),
      ),
    limit: (limits: Omit<StageLimits, 'at'>) =>
      runtime.broker.publish([
        { topic: runtime.topics.limits, key: 'slow', value: JSON.stringify({ ...limits, at: 1 }) },
      ]),
    async [Symbol.asyncDispose]() {
      const draining = stage.drain(2_000);
      const letting = setInterval(endOne, 1);
      await draining;
      clearInterval(letting);
      await runtime[Symbol.asyncDispose]();
      await rm(dir, { recursive: true });
    },
  };
}
const names = (name: string, count: number) => Array.from({ length: count }, (_, i) => `${name}${i}`);

test('a command of a high priority is worked on before those of a low one that came earlier', async () => {
  await using stage = await aStage(1);
  await stage.send(names('low', 60), { priority: 'low' });
  await until(() => inHand.length === 1);
  await stage.send(names('high', 5), { priority: 'high' });
  await endAll(40);
  expect(begun.slice(0, 40).filter((name) => name.startsWith('high'))).toHaveLength(5);
});

test('a limit that is set while the stage is at work is kept from then on, and lifted again', async () => {
  await using stage = await aStage(50);
  await stage.limit({ concurrency: 4 });
  await stage.send(names('a', 40));
  await until(() => inHand.length >= 4);
  for (let ended = 0; ended < 20; ended++) {
    await until(() => inHand.length > 0);
    expect(inHand.length).toBeLessThanOrEqual(4);
    endOne();
  }
  await stage.limit({});
  await until(() => begun.length === 40);
});
