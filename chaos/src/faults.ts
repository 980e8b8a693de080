import { setTimeout as sleep } from 'node:timers/promises';
import { BrokerError, type Outgoing } from '@millrace/broker';
import { present, seededRandom } from '@millrace/contracts';
import { type Installation, serviceOf } from './installation.js';
import type { Violation } from './invariants.js';
import type { Load } from './load.js';
import { fullDisk, type SmallMillrace } from './full-disk.js';
import { fuzzedRecords } from './fuzzed.js';
import { poisonRecords } from './poison.js';
import type { Fault, Planned } from './schedule.js';

export interface Performance {
  readonly installation: Installation;
  /** The installation whose disk is to become full. */
  readonly small: SmallMillrace | undefined;
  /** Takes what is found to be wrong on the way. */
  readonly violations: Violation[];
  readonly load: Load;
  readonly seed: number;
  readonly say: (line: string) => void;
}

/** Lets everything happen that is planned, each at its time and whatever else is under way. Resolves when all is over. */
export async function perform(plan: readonly Planned[], options: Performance): Promise<void> {
  const started = Date.now();
  await Promise.all(
    plan.map(async ({ at, fault }, i) => {
      await sleep(at);
      const seconds = String(Math.round((Date.now() - started) / 1_000)).padStart(4);
      options.say(`${seconds} s  ${describe(fault)}`);
      const outcome = await happen(fault, options, i);
      if (outcome) options.say(`        ${fault.kind}: ${outcome}`);
    }),
  );
}

function describe({ kind, ...details }: Fault): string {
  const words = Object.entries(details).map(([name, value]) =>
    name === 'service' || typeof value === 'string' ? value : `${name} ${Math.round(Number(value) * 100) / 100}`,
  );
  return [kind, ...words].join(', ');
}

/** Lets a fault happen, and returns what is worth telling about it, if anything. */
async function happen(fault: Fault, options: Performance, index: number): Promise<string | undefined> {
  const { installation } = options;
  const chance = seededRandom(options.seed * 1_000 + index);
  switch (fault.kind) {
    case 'kill':
      await serviceOf(installation, fault.service).kill9();
      return undefined;
    case 'freeze':
      await serviceOf(installation, fault.service).freeze(fault.ms);
      return undefined;
    case 'drain':
      return `${fault.service} ended with ${await serviceOf(installation, fault.service).drain({ again: true })}`;
    case 'kill-kafka':
    case 'kill-postgres': {
      const server = fault.kind === 'kill-kafka' ? installation.kafka : installation.postgres;
      await server.kill9();
      await sleep(fault.downMs);
      await server.restart();
      return 'it is back';
    }
    case 'cut': {
      let broken = 0;
      for (let i = 0; i < fault.times; i++, await sleep(300)) {
        broken += proxyOf(installation, fault.server).cut(() => chance() < fault.share);
      }
      return `${broken} connections`;
    }
    case 'slow-network':
      proxyOf(installation, fault.server).change(fault);
      await sleep(fault.ms);
      proxyOf(installation, fault.server).change(undefined);
      return undefined;
    case 'requests':
      installation.kafkaProxy.set({ ...fault, hold: () => sleep(fault.ms) });
      return undefined;
    case 'scale':
      return scale(installation, fault, index);
    case 'repeat':
      options.load.repeat(fault.count);
      return undefined;
    case 'poison':
      return publish(installation, poisonRecords(installation.topics, `${options.seed}.${index}`));
    case 'fuzz':
      return publish(installation, fuzzedRecords(installation.topics, fault));
    case 'full-disk': {
      const { problems, outcome } = await fullDisk(present(options.small, 'small disk'), fault);
      options.violations.push(...problems.map((what) => ({ what: `On a full disk: ${what}` })));
      return outcome;
    }
  }
}

const proxyOf = (installation: Installation, server: 'kafka' | 'postgres') =>
  server === 'kafka' ? installation.kafkaProxy : installation.postgresProxy;

async function scale(
  installation: Installation,
  { service, ms }: { service: string; ms: number },
  index: number,
): Promise<string> {
  const named = (n: number) => `${service}-${n}`;
  const second = serviceOf(installation, named(2));
  await second.drain({ again: false });
  await sleep(ms);
  await second.start();
  // Names that no other scaling gives.
  const added = await Promise.all([1, 2].map((n) => installation.add(named(index * 2 + n + 10))));
  const more = [second, ...added];
  await Promise.all(more.map((one) => one.ready(60_000)));
  await sleep(ms);
  await Promise.all(more.map((one) => one.drain({ again: false })));
  await sleep(ms);
  await second.start();
  return `${service} had one process, then four, then one, and has two`;
}

/** Each by itself: a record that Kafka refuses keeps no other from arriving. */
async function publish(installation: Installation, records: readonly Outgoing[]): Promise<string> {
  let refused = 0;
  for (const record of records) {
    for (;;) {
      try {
        await installation.broker.publish([record]);
        break;
      } catch (error) {
        if (error instanceof BrokerError && error.code !== 'BROKER_UNAVAILABLE') {
          refused++;
          break;
        }
        await sleep(200);
      }
    }
  }
  return `${records.length - refused} records`;
}
