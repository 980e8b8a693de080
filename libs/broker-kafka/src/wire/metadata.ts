import { ByteWriter } from './bytes.js';
import { wire, type WireRequest } from './requests.js';

/** The number of a topic's partitions, or Kafka's reason for not telling it. */
export interface TopicPartitions {
  readonly topic: string;
  readonly errorCode: number;
  readonly partitions: number;
}

/**
 * Metadata, version 5, which creates no topic. Each topic is answered for itself: kafkajs fails for all of them where one
 * is not there.
 */
export function partitionCounts(topics: readonly string[]): WireRequest<readonly TopicPartitions[]> {
  const encode = (): ByteWriter => {
    const to = new ByteWriter(64);
    to.reserve(4);
    to.int32(topics.length);
    for (const topic of topics) to.string(topic);
    to.reserve(1);
    to.int8(0);
    return to;
  };
  return wire({ apiKey: 3, apiVersion: 5, apiName: 'Metadata' }, encode, (reader): readonly TopicPartitions[] => {
    const skipInts = (): void => {
      const count = reader.int32();
      reader.at += 4 * Math.max(count, 0);
    };
    reader.int32();
    for (let brokers = reader.int32(); brokers > 0; brokers--) {
      reader.int32();
      reader.string();
      reader.int32();
      reader.string();
    }
    reader.string();
    reader.int32();
    return Array.from({ length: reader.int32() }, (): TopicPartitions => {
      const errorCode = reader.int16();
      const topic = reader.string();
      reader.int8();
      const partitions = reader.int32();
      for (let i = 0; i < partitions; i++) {
        reader.at += 10; // error, partition, leader
        for (let lists = 0; lists < 3; lists++) skipInts();
      }
      return { topic, errorCode, partitions };
    });
  });
}
