import type { Api, Mishap } from '@millrace/broker-kafka/proxy';
import { present, seededRandom, shuffle } from '@millrace/contracts';
import { TOPIC_NAMES, type TopicName } from '@millrace/fuzz';
import { type Chance, pick } from './chance.js';
import type { MutantName } from './options.js';

export type Fault =
  | { readonly kind: 'kill'; readonly service: string }
  /** For longer than Kafka waits for a member of a group: another one takes its work over, and then it wakes. */
  | { readonly kind: 'freeze'; readonly service: string; readonly ms: number }
  | { readonly kind: 'drain'; readonly service: string }
  | { readonly kind: 'kill-kafka'; readonly downMs: number }
  | { readonly kind: 'kill-postgres'; readonly downMs: number }
  | { readonly kind: 'cut'; readonly server: 'kafka' | 'postgres'; readonly share: number; readonly times: number }
  | {
      readonly kind: 'slow-network';
      readonly server: 'kafka' | 'postgres';
      readonly ms: number;
      readonly latencyMs: number;
      readonly bytesPerSecond: number;
    }
  | {
      readonly kind: 'requests';
      readonly api: Api;
      readonly mishap: Mishap;
      readonly count: number;
      readonly ms: number;
    }
  /** From two processes to one, to four, to one, and back to two. */
  | { readonly kind: 'scale'; readonly service: string; readonly ms: number }
  /** The last requests once more, in another order and by other ways. */
  | { readonly kind: 'repeat'; readonly count: number }
  | { readonly kind: 'poison' }
  /** Records of the fuzzer, on one topic. */
  | { readonly kind: 'fuzz'; readonly topic: TopicName; readonly count: number; readonly seed: number }
  /** Fills the disk under the log of a second Millrace in one process, and kills that process while there is no room if `killed` is true. */
  | { readonly kind: 'full-disk'; readonly killed: boolean };

export interface Planned {
  /** Milliseconds after the first run was published. */
  readonly at: number;
  readonly fault: Fault;
}

export const KINDS = [
  'kill',
  'freeze',
  'drain',
  'kill-kafka',
  'kill-postgres',
  'cut',
  'slow-network',
  'requests',
  'scale',
  'repeat',
  'poison',
  'fuzz',
  'full-disk',
] as const satisfies readonly Fault['kind'][];

/** The kinds of faults that are repeated where there are more faults than kinds: these vary most. */
const OFTEN: readonly Fault['kind'][] = ['kill', 'fuzz', 'requests', 'freeze', 'fuzz', 'requests', 'kill', 'cut'];

/** The faults that reveal each mutant: its schedule has no others, and they hit only stages. */
export const AGAINST: Readonly<Record<MutantName, readonly Fault['kind'][]>> = {
  'no-fencing': ['freeze'],
  'offsets-outside': ['kill', 'cut'],
  // Met by what comes after all faults: nothing but members that come and go.
  'no-hand-over': ['repeat'],
};

/** Group members are given up after ten seconds. */
const SESSION_MS = 10_000;

/** Makes the schedule of faults: all kinds of faults before one comes again, evenly spread with some chance in it. */
export function scheduleOf(options: {
  seed: number;
  faults: number;
  services: readonly string[];
  spanMs: number;
  /** The only kinds of faults that are planned; all kinds unless given. */
  only?: readonly Fault['kind'][] | undefined;
}): readonly Planned[] {
  const chance = seededRandom(options.seed);
  const often = options.only ?? OFTEN;
  const kinds: Fault['kind'][] = options.only ? [] : shuffle([...KINDS], chance).slice(0, options.faults);
  for (let more = 0; kinds.length < options.faults; more++)
    kinds.push(present(often[more % often.length], 'kind of fault'));
  const step = options.spanMs / options.faults;
  // What takes longest, and meets nobody else, begins first.
  const inOrder = shuffle([...kinds], chance).sort((a, b) => Number(b === 'full-disk') - Number(a === 'full-disk'));
  return inOrder.map((kind, i) => ({
    at: Math.round((i + 0.1 + 0.6 * chance()) * step),
    fault: faultOf(kind, chance, options.services),
  }));
}

/** Returns true when a service of this name is a stage. */
export const isStage = (name: string): boolean => !/^(coordinator|gateway)/.test(name);

function faultOf(kind: Fault['kind'], chance: Chance, services: readonly string[]): Fault {
  const between = (low: number, high: number) => Math.round(low + chance() * (high - low));
  const server = () => pick(chance, ['kafka', 'postgres'] as const);
  // Coordinators and whoever calls the bank have most to lose.
  const anyService = () => {
    const precious = services.filter((name) => /^(coordinator|pay)/.test(name));
    return pick(chance, chance() < 0.4 ? precious : services);
  };
  const stages = services.filter(isStage);
  switch (kind) {
    case 'kill':
    case 'drain':
      return { kind, service: anyService() };
    case 'freeze':
      return { kind, service: anyService(), ms: SESSION_MS + between(2_000, 6_000) };
    case 'kill-kafka':
    case 'kill-postgres':
      return { kind, downMs: between(0, 4_000) };
    case 'cut':
      return { kind, server: server(), share: 0.2 + 0.8 * chance(), times: between(1, 4) };
    case 'slow-network':
      return {
        kind,
        server: server(),
        ms: between(3_000, 8_000),
        latencyMs: between(2, 40),
        bytesPerSecond: between(50_000, 500_000),
      };
    case 'requests':
      return {
        kind,
        api: pick(chance, ['produce', 'endTxn', 'txnOffsetCommit', 'endTxn'] as const),
        mishap: pick(chance, ['lost', 'unanswered', 'slow', 'late', 'late'] as const),
        count: between(3, 12),
        ms: between(100, 3_000),
      };
    case 'scale':
      return { kind, service: pick(chance, stages).replace(/-\d$/, ''), ms: between(2_000, 5_000) };
    case 'repeat':
      return { kind, count: between(20, 60) };
    case 'poison':
      return { kind };
    case 'fuzz':
      return { kind, topic: pick(chance, TOPIC_NAMES), count: between(10, 40), seed: between(1, 1e9) };
    case 'full-disk':
      return { kind, killed: chance() < 0.5 };
  }
}
