// `npm run outage -- [--change kill|roll] [--service work|coordinator] [--session 6000] [--rate 40] [--work 100]`: how long
// runs take, and partitions stand, while a process of a stage or of the coordinator is killed or restarted.
import { parseArgs } from 'node:util';
import { onServers } from './on-servers.mjs';
import { CHANGES, outage, SERVICES } from './dist/outage.js';

const { values } = parseArgs({
  options: {
    change: { type: 'string', default: 'kill' },
    service: { type: 'string', default: 'work' },
    session: { type: 'string', default: '6000' },
    rate: { type: 'string', default: '40' },
    work: { type: 'string', default: '100' },
  },
});
const refuse = (name, expected) => {
  console.error(`--${name} is "${values[name]}": expected ${expected}.`);
  process.exit(2);
};
const number = (name) => {
  const value = Number(values[name]);
  return Number.isSafeInteger(value) && value > 0 ? value : refuse(name, 'a whole number above 0');
};
const one = (name, of) => (of.includes(values[name]) ? values[name] : refuse(name, of.join(' or ')));
const options = {
  change: one('change', CHANGES),
  service: one('service', SERVICES),
  sessionTimeoutMs: number('session'),
  rate: number('rate'),
  workMs: number('work'),
};
await onServers(() => outage(options));
