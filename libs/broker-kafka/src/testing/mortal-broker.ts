import { connect, type Socket } from 'node:net';
import type { Broker } from '@millrace/broker';
import type { KafkaSettings } from '../config.js';
import { brokerOver } from '../kafka-broker.js';
import { Clients } from '../kafkajs.js';

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
