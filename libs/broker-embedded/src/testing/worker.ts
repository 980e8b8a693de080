import { setTimeout as delay } from 'node:timers/promises';
import { embeddedBroker } from '../embedded-broker.js';

/** A process that a test kills: copies `first` to `second` to `third` and counts up in `count`, telling what was acknowledged. */
const broker = await embeddedBroker({ dir: process.argv[2]! });
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
let count = (await broker.lag('nobody', 'count'))[0]!.end;
process.stdout.write('ready\n');
for (;;) {
  await broker.publish([{ topic: 'count', key: null, value: `${count}` }]);
  process.stdout.write(`acknowledged ${count++}\n`);
}
