import { ask, type Clients, type Cluster, kindOf, type Node, protocolError } from '../kafkajs.js';
import { rounds, type Routed } from './routing.js';
import { type PartitionBatch, produce } from '../wire/requests.js';

const PRODUCE_TIMEOUT_MS = 15_000;
const DUPLICATE_SEQUENCE = 46; // the batch is in the log already: an answer was lost, not the batch

/**
 * One identity (producer id and epoch) with its sequences, over its own connections. After any error it must not be used
 * again: what is delayed could meet what comes next. A new one has a new identity.
 */
export class Producer {
  protected readonly cluster: Cluster;
  protected producerId = -1;
  protected epoch = -1;
  /** True once it is to be closed: nothing is tried again. */
  protected closing = false;
  private under: Promise<unknown> = Promise.resolve();
  private readonly targets = new Set<string>();
  private readonly sequences = new Map<string, Map<number, number>>();

  constructor(
    clients: Clients,
    protected readonly transactionalId: string | null,
    private readonly maxBatchBytes: number,
  ) {
    this.cluster = clients.cluster();
  }

  open(): Promise<void> {
    return this.track(this.initialise());
  }

  /** Resolves when all in-sync replicas have all records. */
  publish(routed: Routed): Promise<void> {
    return this.track(this.write(routed));
  }

  /** Waits for what is under way: kafkajs connects anew when it is disconnected in the middle of something. */
  async close(): Promise<void> {
    this.closing = true;
    await this.under;
    await this.cluster.disconnect();
  }

  protected track<T>(work: Promise<T>): Promise<T> {
    this.under = work.catch(() => undefined);
    return work;
  }

  protected async initialise(): Promise<void> {
    await this.cluster.connect();
    await this.cluster.refreshMetadata();
    const controller = await this.cluster.findControllerBroker();
    this.adopt(await controller.initProducerId({ transactionTimeout: 1 }));
  }

  protected adopt(identity: { producerId: string; producerEpoch: number }): void {
    this.producerId = Number(identity.producerId);
    this.epoch = identity.producerEpoch;
  }

  protected async write(routed: Routed): Promise<void> {
    await this.know([...routed.keys()]);
    // Partitions that were added since are not in what this producer knows.
    for (const [topic, partitions] of routed)
      for (const partition of partitions.keys()) if (!this.find(topic, partition)) await this.cluster.refreshMetadata();
    for (const round of rounds(routed, this.maxBatchBytes)) {
      const byLeader = new Map<number, PartitionBatch[]>();
      for (const { topic, partition, records } of round) {
        const batch = { topic, partition, records, sequence: this.sequence(topic, partition, records.length) };
        const leader = this.leaderOf(topic, partition);
        const batches = byLeader.get(leader);
        if (batches) batches.push(batch);
        else byLeader.set(leader, [batch]);
      }
      if (byLeader.size === 1) for (const [leader, batches] of byLeader) await this.send(leader, batches);
      else await Promise.all([...byLeader].map(([leader, batches]) => this.send(leader, batches)));
    }
  }

  /** Asks for the leaders of topics. kafkajs asks for those of earlier topics too, and one that is gone is in the way of all. */
  private async know(topics: readonly string[]): Promise<void> {
    const added = topics.filter((topic) => !this.targets.has(topic));
    if (added.length === 0) return;
    try {
      await this.cluster.addMultipleTargetTopics(added);
    } catch (error) {
      if (kindOf(error) !== 'UNKNOWN_TOPIC_OR_PARTITION' || this.targets.size === 0) throw error;
      this.targets.clear();
      this.cluster.targetTopics.clear();
      await this.cluster.addMultipleTargetTopics(topics);
    }
    for (const topic of topics) this.targets.add(topic);
  }

  private async send(leader: number, batches: readonly PartitionBatch[]): Promise<void> {
    const node: Node = await this.cluster.findBroker({ nodeId: leader });
    const results = await ask(
      node,
      produce(batches, {
        producerId: this.producerId,
        epoch: this.epoch,
        transactional: this.transactionalId !== null,
        transactionalId: this.transactionalId,
        timeoutMs: PRODUCE_TIMEOUT_MS,
        now: Date.now(),
      }),
    );
    for (const { errorCode } of results) {
      if (errorCode !== 0 && errorCode !== DUPLICATE_SEQUENCE) throw protocolError(errorCode);
    }
  }

  private find(topic: string, partition: number): { readonly leader: number } | undefined {
    return this.cluster.findTopicPartitionMetadata(topic).find((one) => one.partitionId === partition);
  }

  private leaderOf(topic: string, partition: number): number {
    const found = this.find(topic, partition);
    if (!found || found.leader < 0) throw protocolError(found ? 5 : 3);
    return found.leader;
  }

  private sequence(topic: string, partition: number, count: number): number {
    let partitions = this.sequences.get(topic);
    if (!partitions) this.sequences.set(topic, (partitions = new Map()));
    const sequence = partitions.get(partition) ?? 0;
    // Kafka goes on at 0 after the largest 32-bit number.
    partitions.set(partition, (sequence + count) % 0x8000_0000);
    return sequence;
  }
}
