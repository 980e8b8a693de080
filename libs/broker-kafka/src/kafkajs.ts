import { createRequire } from 'node:module';
import type { Socket } from 'node:net';
import type { ISocketFactory, Kafka as KafkaClient, KafkaConfig, LogEntry } from 'kafkajs';
import { BrokerError } from '@millrace/broker';
import type { KafkaAccess, LogFunction } from './config.js';
import type { WireRequest } from './wire/requests.js';

/*
 * The one door to kafkajs (2.2.4, pinned to the letter). Its client is used for what people configure (TLS, SASL), for
 * group membership and administration; its clusters and brokers, which are not public, for requests of our own. What
 * this file asks of its inside is written down here as types, and the integration tests fail if it is no longer so.
 */
const require = createRequire(import.meta.url);
export const kafkajs = require('kafkajs') as typeof import('kafkajs');
const ClusterOf = require('kafkajs/src/cluster') as new (options: unknown) => Cluster;
const plainSockets = require('kafkajs/src/network/socketFactory') as () => ISocketFactory;
const { createLogger } = require('kafkajs/src/loggers') as { createLogger: (options: unknown) => unknown };
const RequestQueue = require('kafkajs/src/network/requestQueue') as { prototype: RequestQueueInside };
const { createErrorFromCode } = require('kafkajs/src/protocol/error') as {
  createErrorFromCode: (code: number) => Error;
};

/** Connections to the brokers of one cluster, with what they know about topics. */
export interface Cluster {
  /** Topics that metadata is asked for: kafkajs gets none for any of them while one does not exist. */
  readonly targetTopics: Set<string>;
  connect(): Promise<void>;
  disconnect(): Promise<void>;
  isConnected(): boolean;
  removeBroker(at: { host: string; port: number }): void;
  refreshMetadata(): Promise<void>;
  refreshMetadataIfNecessary(): Promise<void>;
  addMultipleTargetTopics(topics: readonly string[]): Promise<void>;
  findTopicPartitionMetadata(topic: string): readonly { partitionId: number; leader: number }[];
  findBroker(by: { nodeId: number | string }): Promise<Node>;
  findControllerBroker(): Promise<Node>;
  /** `coordinatorType`: 0 for consumer groups, 1 for transactions. */
  findGroupCoordinator(options: { groupId: string; coordinatorType?: 0 | 1 }): Promise<Node>;
  fetchTopicsOffset(
    topics: readonly {
      topic: string;
      partitions: readonly { partition: number }[];
      fromBeginning?: boolean;
      /** Milliseconds since the epoch; the answer is -1 where no record is as young. */
      fromTimestamp?: number;
    }[],
  ): Promise<readonly { topic: string; partitions: readonly { partition: number; offset: string }[] }[]>;
}

interface InTransaction {
  readonly transactionalId: string;
  readonly producerId: string | number;
  readonly producerEpoch: number;
}

interface OffsetEntry {
  readonly partition: number;
  readonly offset: string;
  readonly metadata: string | null;
}

/** One broker. */
export interface Node {
  readonly nodeId: number;
  readonly connectionPool: { send<T>(request: WireRequest<T>): Promise<T> };
  disconnect(): Promise<void>;
  initProducerId(options: {
    transactionalId?: string;
    transactionTimeout: number;
  }): Promise<{ producerId: string; producerEpoch: number }>;
  addPartitionsToTxn(
    to: InTransaction & { topics: readonly { topic: string; partitions: readonly number[] }[] },
  ): Promise<unknown>;
  addOffsetsToTxn(to: InTransaction & { groupId: string }): Promise<unknown>;
  txnOffsetCommit(
    to: InTransaction & { groupId: string; topics: readonly { topic: string; partitions: readonly OffsetEntry[] }[] },
  ): Promise<unknown>;
  endTxn(end: InTransaction & { transactionResult: boolean }): Promise<unknown>;
  leaveGroup(options: { groupId: string; memberId: string }): Promise<unknown>;
  offsetFetch(options: {
    groupId: string;
    topics: readonly { topic: string; partitions: readonly { partition: number }[] }[];
  }): Promise<{ responses: readonly { topic: string; partitions: readonly OffsetEntry[] }[] }>;
}

interface RequestQueueInside {
  throttledUntil: number;
  pending: readonly unknown[];
  scheduleCheckPendingRequests(): void;
}

/*
 * kafkajs asks for a timer after every response even when nothing waits, with a time that lies in the past: Node warns of
 * negative time-outs, and each one is a timer for nothing. With nothing waiting there is nothing to check.
 */
const schedule = RequestQueue.prototype.scheduleCheckPendingRequests;
RequestQueue.prototype.scheduleCheckPendingRequests = function (this: RequestQueueInside) {
  if (this.pending.length > 0) schedule.call(this);
};

/** Sends a request of our own; a connection that the broker has closed is cleared away, as kafkajs does for its requests. */
export async function ask<T>(node: Node, request: WireRequest<T>): Promise<T> {
  try {
    return await node.connectionPool.send(request);
  } catch (error) {
    if (error instanceof Error && error.name === 'KafkaJSConnectionClosedError') await node.disconnect();
    throw error;
  }
}

/** The error that a code in one of our own responses stands for; its `type` is Kafka's name of it. */
export function protocolError(code: number): Error {
  return createErrorFromCode(code);
}

/** Kafka's name of what went wrong, also through kafkajs's wrappers; else the error's name. */
export function kindOf(error: unknown): string {
  for (let at = error; at instanceof Error; at = at.cause) {
    if ('type' in at && typeof at.type === 'string') return at.type;
    if (!(at.cause instanceof Error)) return 'code' in at && typeof at.code === 'string' ? at.code : at.name;
  }
  return 'UNKNOWN';
}

/** Kafka's answers to a produce request that stay the same however often the request is sent. */
const REFUSALS: ReadonlySet<string> = new Set([
  'MESSAGE_TOO_LARGE',
  'RECORD_LIST_TOO_LARGE',
  'INVALID_RECORD',
  'TOPIC_AUTHORIZATION_FAILED',
  'UNKNOWN_TOPIC_OR_PARTITION',
]);

/** Returns true where Kafka has refused the records themselves. */
export const isRefusal = (error: unknown): boolean => REFUSALS.has(kindOf(error));

/** Returns true when Kafka, or kafkajs, says that trying again may help; also where kafkajs has tried a few times already. */
export function isPassing(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if (error.name === 'KafkaJSNumberOfRetriesExceeded') return isPassing(error.cause);
  return 'retriable' in error && error.retriable === true;
}

/** Returns true where Kafka itself has answered that it cannot say yet. */
export function isNotReady(error: unknown): boolean {
  return isPassing(error) && isOfKafka(error);
}

function isOfKafka(error: unknown): boolean {
  return error instanceof Error && ('type' in error || isOfKafka(error.cause));
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Makes clients and clusters that share one configuration, and ends with whatever connections they have left open. */
export class Clients implements Disposable {
  readonly kafka: KafkaClient;
  private readonly shared: object;
  private readonly sockets = new Set<Socket>();
  private closed = false;

  /** `socketFactory` is for tests that cut connections. */
  constructor(settings: KafkaAccess, socketFactory = plainSockets()) {
    const { brokers, clientId, ssl, sasl } = settings;
    const config: KafkaConfig = {
      brokers: [...brokers],
      clientId,
      connectionTimeout: 5_000,
      authenticationTimeout: 10_000,
      requestTimeout: 30_000,
      retry: { initialRetryTime: 50, multiplier: 1.7, maxRetryTime: 2_000, retries: 8 },
      socketFactory: (to) => this.remember(socketFactory, to),
      logLevel: kafkajs.logLevel.WARN,
      logCreator: () => (entry) => logAs(settings.log, entry),
      ...(ssl !== undefined && { ssl }),
      ...(sasl !== undefined && { sasl }),
    };
    this.kafka = new kafkajs.Kafka(config);
    const logger = createLogger({ level: config.logLevel, logCreator: config.logCreator });
    this.shared = {
      ...config,
      logger,
      enforceRequestTimeout: true,
      metadataMaxAge: 300_000,
      allowAutoTopicCreation: false,
    };
  }

  /** `sees` decides what "the end of a partition" means to it. */
  cluster(sees: 'committed' | 'uncommitted' = 'committed'): Cluster {
    return new ClusterOf({ ...this.shared, isolationLevel: sees === 'committed' ? 1 : 0 });
  }

  /**
   * Closes what is left once all clients have disconnected: kafkajs forgets a connection that is being made while its client disconnects, and it
   * would keep the process alive until Kafka takes it for idle, ten minutes later.
   */
  [Symbol.dispose](): void {
    this.closed = true;
    for (const socket of this.sockets) socket.destroy();
  }

  private remember(connect: ISocketFactory, to: Parameters<ISocketFactory>[0]): Socket {
    if (this.closed) throw new BrokerError('BROKER_UNAVAILABLE', 'This broker has been closed.');
    const socket = connect(to);
    this.sockets.add(socket.once('close', () => this.sockets.delete(socket)));
    return socket;
  }
}

/** kafkajs calls errors what it goes on to try again, and what is told by us in our own words: it is for finding faults only. */
function logAs(log: LogFunction | undefined, { namespace, log: entry }: LogEntry): void {
  const { message, error, groupId, topic, partition, retryCount, broker } = entry as Record<string, unknown> & {
    message: string;
  };
  log?.('debug', `kafkajs ${namespace}: ${message}`, {
    ...(typeof error === 'string' && { error }),
    ...(groupId !== undefined && { group: groupId }),
    ...(topic !== undefined && { topic }),
    ...(partition !== undefined && { partition }),
    ...(retryCount !== undefined && { retryCount }),
    ...(broker !== undefined && { broker }),
  });
}
