import { randomUUID } from 'node:crypto';
import { kafkaBroker } from './kafka-broker.js';
import { Clients, kafkajs } from './kafkajs.js';
import { testSettings } from './testing/config.js';
import { everything, topicsOn, until } from './testing/scene.js';

test('a batch that unpacks to more than its bound is parked with its bytes, and its partition goes on', async () => {
  const settings = { ...testSettings(), maxUnpackedBytes: 1_000_000 };
  await using broker = await kafkaBroker(settings);
  const [topic, out, parked] = (await topicsOn(broker, 1, 3)) as [string, string, string];
  using clients = new Clients(settings);
  const producer = clients.kafka.producer();
  await producer.connect();
  const compression = kafkajs.CompressionTypes.GZIP;
  await broker.publish([{ topic, key: null, value: 'before' }]);
  await producer.send({ topic, compression, messages: [{ key: null, value: Buffer.alloc(2_000_000) }] });
  await producer.disconnect();
  await broker.publish([{ topic, key: null, value: 'after' }]);
  await broker.consumeInOrder({
    topic,
    group: randomUUID(),
    maxBatch: 10,
    take: ({ records }) => Promise.resolve(records.map(({ key, value }) => ({ topic: out, key, value }))),
    parking: {
      blames: () => true,
      park: ({ damaged = '' }) => Promise.resolve([{ topic: parked, key: null, value: damaged }]),
    },
  });
  await until('what is behind it is answered', async () => (await everything(broker, out)).length === 2);
  expect(await everything(broker, out)).toEqual(['after', 'before']);
  expect(await everything(broker, parked)).toEqual(['it unpacks to more than 1000000 bytes']);
});
