import { retry } from '@millrace/contracts/retry';
import { type Clients, kindOf, type Node } from '../kafkajs.js';
import { Producer } from './producer.js';
import type { Routed } from './routing.js';
import type { CommitPoint } from '../ownership/window.js';

/** One group's place in one partition: what a transactional producer commits for. */
export interface GroupPartition {
  readonly group: string;
  readonly topic: string;
  readonly partition: number;
}

/** The commit of a group for a partition. */
export interface Committed {
  readonly offset: number | null;
  readonly metadata: string;
}

const TRANSACTION = 1;
const FOREVER_BUSY_MS = 60_000;

/** Commits answers and an offset as one. Opening it fences whoever used the same transactional id before. */
export class TransactionalProducer extends Producer {
  private transactions!: Node;
  private offsets!: Node;

  constructor(
    clients: Clients,
    private readonly place: GroupPartition,
    private readonly options: { transactionalId: string; timeoutMs: number; maxBatchBytes: number },
  ) {
    super(clients, options.transactionalId, options.maxBatchBytes);
  }

  protected override async initialise(): Promise<void> {
    const { transactionalId, timeoutMs } = this.options;
    await this.cluster.connect();
    await this.cluster.refreshMetadata();
    [this.transactions, this.offsets] = await Promise.all([
      this.cluster.findGroupCoordinator({ groupId: transactionalId, coordinatorType: TRANSACTION }),
      this.cluster.findGroupCoordinator({ groupId: this.place.group }),
    ]);
    this.adopt(
      await this.whenNotBusy(() =>
        this.transactions.initProducerId({ transactionalId, transactionTimeout: timeoutMs }),
      ),
    );
  }

  /** Only after `open`: before, a former owner could still commit. */
  committed(): Promise<Committed> {
    return this.track(this.read());
  }

  /** After an error it is not known whether the transaction took place: `committed` of the next producer says so. */
  commit(routed: Routed, point: CommitPoint): Promise<void> {
    return this.track(this.transact(routed, point));
  }

  private async read(): Promise<Committed> {
    const { group, topic, partition } = this.place;
    const { responses } = await this.offsets.offsetFetch({
      groupId: group,
      topics: [{ topic, partitions: [{ partition }] }],
    });
    const found = responses[0]?.partitions[0];
    const offset = Number(found?.offset ?? -1);
    return { offset: offset < 0 ? null : offset, metadata: found?.metadata ?? '' };
  }

  private async transact(routed: Routed, point: CommitPoint): Promise<void> {
    const { group, topic, partition } = this.place;
    const who = {
      transactionalId: this.options.transactionalId,
      producerId: this.producerId,
      producerEpoch: this.epoch,
    };
    const topics = [...routed].map(([name, partitions]) => ({ topic: name, partitions: [...partitions.keys()] }));
    // Both go to the same broker on one connection, so it takes them one after the other; waiting in between gains nothing.
    await all([
      ...(topics.length > 0 ? [this.whenNotBusy(() => this.transactions.addPartitionsToTxn({ ...who, topics }))] : []),
      this.whenNotBusy(() => this.transactions.addOffsetsToTxn({ ...who, groupId: group })),
    ]);
    const offset = { partition, offset: String(point.offset), metadata: point.metadata };
    await all([
      ...(routed.size > 0 ? [this.write(routed)] : []),
      this.whenNotBusy(() =>
        this.offsets.txnOffsetCommit({ ...who, groupId: group, topics: [{ topic, partitions: [offset] }] }),
      ),
    ]);
    await this.whenNotBusy(() => this.transactions.endTxn({ ...who, transactionResult: true }));
  }

  /**
   * Right after a transaction has ended Kafka is still writing its markers and answers `CONCURRENT_TRANSACTIONS`, without
   * having done anything: asking again within milliseconds is what it wants.
   */
  private whenNotBusy<T>(request: () => Promise<T>): Promise<T> {
    const mayPass = (error: unknown): boolean => !this.closing && kindOf(error) === 'CONCURRENT_TRANSACTIONS';
    return retry({ forMs: FOREVER_BUSY_MS, backOff: { firstMs: 1, longestMs: 50, factor: 1.5 }, mayPass }, request);
  }
}

/** As `Promise.all`, but settles only when all are settled: nothing of a transaction may go on after it has failed. */
async function all(steps: readonly Promise<unknown>[]): Promise<void> {
  const failed = (await Promise.allSettled(steps)).find((step) => step.status === 'rejected');
  if (failed) throw failed.reason;
}
