import { randomUUID } from 'node:crypto';
import type { Broker } from '@millrace/broker';
import { snappyCompress } from 'hysnappy';
import { kafkaBroker } from '../kafka-broker.js';
import { Clients, kafkajs } from '../kafkajs.js';
import { CompressedProducer } from '../testing/compressed.js';
import { testSettings } from '../testing/config.js';
import { everything, topicsOn, until } from '../testing/scene.js';

const settings = { ...testSettings(), maxUnpackedBytes: 1_000_000 };

/** Copies a topic to another one, and parks what cannot be read. */
async function copying(broker: Broker, [topic, out, parked]: readonly [string, string, string]) {
  return broker.consumeInOrder({
    topic,
    group: randomUUID(),
    maxBatch: 10,
    take: ({ records }) => Promise.resolve(records.map(({ key, value }) => ({ topic: out, key, value }))),
    parking: {
      blames: () => true,
      park: ({ damaged = '' }) => Promise.resolve([{ topic: parked, key: null, value: damaged }]),
    },
  });
}

test.each(['gzip', 'snappy', 'lz4', 'zstd'] as const)(
  'a batch of %s that unpacks to more than its bound is parked with its bytes, and its partition goes on',
  async (codec) => {
    await using broker = await kafkaBroker(settings);
    const [topic, out, parked] = (await topicsOn(broker, 1, 3)) as [string, string, string];
    await using producer = await CompressedProducer.connect(settings.brokers);
    await broker.publish([{ topic, key: null, value: 'before' }]);
    await producer.publish({ topic, partition: 0, codec, unpacksTo: 2_000_000 });
    await broker.publish([{ topic, key: null, value: 'after' }]);
    await using _copying = await copying(broker, [topic, out, parked]);
    await until('what is behind it is answered', async () => (await everything(broker, out)).length === 2);
    expect(await everything(broker, out)).toEqual(['after', 'before']);
    expect(await everything(broker, parked)).toEqual(['it unpacks to more than 1000000 bytes']);
  },
);

test.each(['gzip', 'snappy', 'lz4', 'zstd'])(
  'what is published to a topic that the broker itself compresses with %s is read as it was sent',
  async (codec) => {
    await using broker = await kafkaBroker(settings);
    using clients = new Clients(settings);
    const admin = clients.kafka.admin();
    await admin.connect();
    const [topic, out, parked] = (await topicsOn(broker, 1, 3)) as [string, string, string];
    await admin.alterConfigs({
      validateOnly: false,
      resources: [
        {
          type: kafkajs.ConfigResourceTypes.TOPIC,
          name: topic,
          configEntries: [{ name: 'compression.type', value: codec }],
        },
      ],
    });
    await admin.disconnect();
    const values = Array.from({ length: 100 }, (_, i) => `${i} ${'some words, and '.repeat(i * 10)}`);
    await broker.publish(values.map((value, i) => ({ topic, key: `${i}`, value })));
    await using _copying = await copying(broker, [topic, out, parked]);
    await until('all are copied', async () => (await everything(broker, out)).length === values.length);
    expect(await everything(broker, out)).toEqual(values.sort());
    expect(await everything(broker, parked)).toEqual([]);
  },
);

test('what librdkafka compresses with snappy, in one block without a header, is read', async () => {
  await using broker = await kafkaBroker(settings);
  const [topic] = (await topicsOn(broker, 1, 1)) as [string];
  using clients = new Clients(settings);
  const producer = clients.kafka.producer();
  await producer.connect();
  const { Snappy } = kafkajs.CompressionTypes;
  kafkajs.CompressionCodecs[Snappy] = () => ({
    compress: ({ buffer }: { buffer: Buffer }) => Promise.resolve(Buffer.from(snappyCompress(buffer))),
  });
  await producer.send({ topic, compression: Snappy, messages: [{ value: 'one' }, { value: 'two' }] });
  await producer.disconnect();
  expect(await everything(broker, topic)).toEqual(['one', 'two']);
});
