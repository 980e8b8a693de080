// All of Millrace in this process, as `npm start` runs it, for a fuzzer that publishes through it over Node's IPC channel.
import { join } from 'node:path';
import { present } from '@millrace/contracts';
import type { Outgoing } from '@millrace/broker';
import { embeddedBroker } from '@millrace/broker-embedded';
import { processEnv } from '@millrace/runtime';
import { startStandalone } from '@millrace/standalone';
import type { Answer, Question } from './embedded-messages.js';
import { foreignTopicsOf } from './foreign-topics.js';

/** Topics of other systems are there before a pipeline reads them. */
async function makeForeignTopics(dataDir: string): Promise<void> {
  await using log = await embeddedBroker({ dir: join(dataDir, 'log') });
  await log.ensureTopics(Object.values(foreignTopicsOf()).map((name) => ({ name, partitions: 2 })));
}

const env = processEnv();
await makeForeignTopics(present(env['MILLRACE_DATA'], 'MILLRACE_DATA'));
const { url, broker, settings } = await startStandalone(env, { from: process.cwd(), build: 'sources' });

/** Bytes arrive as plain `Uint8Array`s. */
function withBuffers({ key, value, headers = {} }: Outgoing): Pick<Outgoing, 'key' | 'value' | 'headers'> {
  const one = <T>(given: T) => (given instanceof Uint8Array ? Buffer.from(given) : given);
  return {
    key: one(key),
    value: one(value),
    headers: Object.fromEntries(
      Object.entries(headers).map(([name, given]) => [name, Array.isArray(given) ? given.map(one) : one(given)]),
    ) as Outgoing['headers'],
  };
}

async function answerTo(question: Question): Promise<unknown> {
  switch (question.ask) {
    case 'publish':
      return broker.publish(question.records.map((record) => ({ ...record, ...withBuffers(record) })));
    case 'behind': {
      const lags = await Promise.all(
        question.pairs.map(async ([group, topic]) => ({
          group,
          backlog: (await broker.lag(group, topic)).reduce((sum, one) => sum + one.backlog, 0),
        })),
      );
      return lags.filter(({ backlog }) => backlog > 0).map(({ group, backlog }) => `${group} (${backlog} records)`);
    }
    case 'read': {
      const count = await broker.partitionsOf(question.topic);
      const pages = await Promise.all(
        Array.from({ length: count }, (_, partition) =>
          broker.browse({ topic: question.topic, partition, offset: 0, limit: question.limit }),
        ),
      );
      return pages.flat().map(({ value }) => value?.toString() ?? null);
    }
  }
}

process.on('message', (question: Question) => {
  void answerTo(question).then(
    (value) => process.send?.({ id: question.id, value } satisfies Answer),
    (error: unknown) => process.send?.({ id: question.id, error: String(error) } satisfies Answer),
  );
});
process.once('disconnect', () => process.exit(0));
process.send?.({ id: 0, value: { url, partitions: settings.topicPartitions } } satisfies Answer);
