// Loaded with `node --import` before a service: its transactional ids are new each time, so nobody is ever fenced.
import { randomUUID } from 'node:crypto';
import { mutate, type TransactionalProducerInside } from './patch.js';

await mutate(
  'initialise',
  (original) =>
    async function (this: TransactionalProducerInside) {
      const transactionalId = `${this.options.transactionalId}.${randomUUID()}`;
      this.options = { ...this.options, transactionalId };
      this.transactionalId = transactionalId;
      await original.call(this);
    },
);
