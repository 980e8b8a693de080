// Loaded with `node --import` before a service: answers are committed first, and their offset a moment later.
import { setTimeout as sleep } from 'node:timers/promises';
import { mutate, type Routed, type TransactionalProducerInside } from './patch.js';

const BETWEEN_MS = 100;

await mutate(
  'transact',
  (original) =>
    async function (this: TransactionalProducerInside, routed: Routed, point: unknown) {
      if (routed.size > 0) {
        const who = {
          transactionalId: this.transactionalId,
          producerId: this.producerId,
          producerEpoch: this.epoch,
        };
        const topics = [...routed].map(([topic, partitions]) => ({ topic, partitions: [...partitions.keys()] }));
        await this.whenNotBusy(() => this.transactions.addPartitionsToTxn({ ...who, topics }));
        await this.write(routed);
        await this.whenNotBusy(() => this.transactions.endTxn({ ...who, transactionResult: true }));
        await sleep(BETWEEN_MS);
      }
      await original.call(this, new Map(), point);
    },
);
