import { setTimeout as delay } from 'node:timers/promises';
import { present } from '@millrace/contracts';
import { embeddedBroker } from '../embedded-broker.js';

/** A process that a test kills: copies `first` to `second` to `third` and counts up in `count`, telling what was acknowledged. */
const broker = await embeddedBroker({ dir: present(process.argv[2], 'directory of the log') });
let handled = 0;
for (const [topic, next] of [
  ['first', 'second'],
  ['second', 'third'],
] as const) {
  await broker.consume({ topic, group: 'workers', concurrency: 16 }, async ({ key, value }) => {
    await delay((handled * 7) % 4);
    if (++handled % 100 === 0) process.stdout.write('handled a hundred\n');
    return [{ topic: next, key, value }];
  });
}
let count = present((await broker.lag('nobody', 'count'))[0], 'partition of count').end;
process.stdout.write('ready\n');
for (;;) {
  await broker.publish([{ topic: 'count', key: null, value: `${count}` }]);
  process.stdout.write(`acknowledged ${count++}\n`);
}
