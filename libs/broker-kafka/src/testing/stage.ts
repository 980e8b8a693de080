import { setTimeout as sleep } from 'node:timers/promises';
import { testSettings } from './config.js';
import { kafkaBroker } from '../kafka-broker.js';

/** A process that copies records from one topic to another, each after a time of its own; tests stop, wake and kill it. */
const [from, to, group, longestMs] = process.argv.slice(2) as [string, string, string, string];
const say = (line: object): void => void process.stdout.write(`${JSON.stringify(line)}\n`);
process.on('warning', ({ name }) => say({ warning: name }));

const broker = await kafkaBroker({
  ...testSettings(),
  log: (level, message) => level !== 'debug' && say({ level, message }),
});
let handled = 0;
const consumption = await broker.consume({ topic: from, group, concurrency: 64 }, async ({ key, value, headers }) => {
  say({ handling: true });
  await sleep((++handled * 37) % Number(longestMs));
  return [{ topic: to, key, value, headers }];
});
for (let was = false; ; await sleep(50)) {
  if (consumption.ready !== was) say({ ready: (was = consumption.ready) });
}
