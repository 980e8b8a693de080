import { connect, type Socket } from 'node:net';
import type { Broker } from '@millrace/broker';
import { kafkaSettings, type KafkaSettings } from './config.js';
import { brokerOver } from './kafka-broker.js';
import { Clients } from './kafkajs.js';

/** The Kafka that integration tests run on. @throws when KAFKA_BROKERS does not name it */
export function testSettings(): KafkaSettings {
  const { KAFKA_BROKERS } = process.env;
  if (!KAFKA_BROKERS) throw new Error('KAFKA_BROKERS is not set: these tests need a real Kafka. `npm run infra` starts one and says where.');
  return { ...kafkaSettings(process.env), transactionalIdPrefix: 'test', sessionTimeoutMs: 6_000 };
}

/** A broker with a cord to pull: as for a process that is killed, its connections break off and it makes no new ones. */
export interface Mortal {
  readonly broker: Broker;
  crash(): void;
}

export async function mortalBroker(settings: KafkaSettings): Promise<Mortal> {
  const sockets = new Set<Socket>();
  let dead = false;
  const clients = new Clients(settings, ({ host, port, onConnect }) => {
    const socket = dead ? connect({ host: '127.0.0.1', port: 1 }, onConnect) : connect({ host, port }, onConnect);
    sockets.add(socket.once('close', () => sockets.delete(socket)));
    return socket;
  });
  return {
    broker: await brokerOver(clients, settings),
    crash() {
      dead = true;
      for (const socket of sockets) socket.destroy(new Error('The process was killed'));
    },
  };
}
