import { EventEmitter } from 'node:events';
import { type Broker, BrokerError, type Incoming } from '@millrace/broker';
import { topicsOf } from '@millrace/contracts';
import { telemetry } from '@millrace/telemetry';

/** As much of a broker as a service needs that only reads: what is written is seen at once. */
export function aLog() {
  const lines: Record<string, unknown>[] = [];
  const records: Incoming[] = [];
  const written = new EventEmitter();
  let away = 0;
  const broker = {
    kind: 'embedded',
    maxRecordBytes: 1_000_000,
    healthy: () => Promise.resolve(away === 0),
    ensureTopics: () =>
      away > 0 && away-- > 0
        ? Promise.reject(new BrokerError('BROKER_UNAVAILABLE', 'Nobody is there.'))
        : Promise.resolve(),
    tail: (topics: readonly string[], from: 'start' | 'end', see: (record: Incoming) => void) => {
      const hear = (record: Incoming) => topics.includes(record.topic) && see(record);
      if (from === 'start') records.forEach(hear);
      written.on('record', hear);
      const stop = () => Promise.resolve(void written.off('record', hear));
      return Promise.resolve({ caughtUp: Promise.resolve(), [Symbol.asyncDispose]: stop });
    },
    [Symbol.asyncDispose]: () => Promise.resolve(),
  } as unknown as Broker;
  return {
    broker,
    topics: topicsOf(),
    telemetry: telemetry({
      service: 'test',
      logTo: { write: (line) => void lines.push(JSON.parse(line) as Record<string, unknown>) },
    }),
    lines,
    listeners: () => written.listenerCount('record'),
    /** The next `times` that topics are asked for fail. */
    goAway: (times: number) => (away = times),
    write: (topic: string, key: string, value: unknown) => {
      const text = value === null ? null : Buffer.from(typeof value === 'string' ? value : JSON.stringify(value));
      const place = { topic, partition: 0, offset: records.length, timestamp: Date.now(), headers: {} };
      const record: Incoming = { ...place, key: Buffer.from(key), value: text };
      records.push(record);
      written.emit('record', record);
    },
  };
}
