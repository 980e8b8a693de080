import { setTimeout as sleep } from 'node:timers/promises';
import { type Broker, BrokerError, type TopicSpec } from '@millrace/broker';
import { groupsOf, type Topics, topicsOf } from '@millrace/contracts';
import { type Telemetry, telemetry } from '@millrace/telemetry';
import type { ServiceSettings } from './config.js';
import { openBroker } from './open-broker.js';

/** What a service lives in. */
export interface House {
  /** The service's name: `service.name` of its telemetry. */
  readonly service: string;
  readonly settings: ServiceSettings;
  readonly broker: Broker;
  readonly telemetry: Telemetry;
  readonly topics: Topics;
  readonly groups: ReturnType<typeof groupsOf>;
}

/** What the caller of `openHouse` has already; it stays the caller's to close. */
export interface Given {
  readonly broker?: Broker | undefined;
  readonly telemetry?: Telemetry | undefined;
  /** Ends waiting for a broker that cannot be reached. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Opens telemetry and the broker, and creates the topics that every service uses. Waits for a broker that cannot be
 * reached yet. Closing the house closes what it opened, and nothing that it was given.
 */
export async function openHouse(
  service: string,
  settings: ServiceSettings,
  given: Given = {},
): Promise<House & AsyncDisposable> {
  await using opened = new AsyncDisposableStack();
  const told = given.telemetry ?? opened.use(telemetry({ service, ...settings }));
  const broker = given.broker ?? opened.use(await untilReached(told, () => openBroker(settings, told), given.signal));
  const topics = topicsOf(settings.topicPrefix);
  const house: House = { service, settings, broker, telemetry: told, topics, groups: groupsOf(settings.topicPrefix) };
  await untilReached(told, () => ensureTopics(house, commonTopics(house)), given.signal);
  const held = opened.move();
  return { ...house, [Symbol.asyncDispose]: () => held.disposeAsync() };
}

/** The topics of these stages, created where that is allowed; without it they have to be there. */
export async function ensureStageTopics(house: House, stages: readonly string[]): Promise<void> {
  const { topics, settings } = house;
  await ensureTopics(
    house,
    stages.map((stage) => ({ name: topics.stage(stage), partitions: settings.topicPartitions })),
  );
}

function commonTopics({ topics, settings }: House): readonly TopicSpec[] {
  const partitions = settings.topicPartitions;
  return [
    { name: topics.intake, partitions },
    { name: topics.runs, partitions },
    { name: topics.results, partitions },
    { name: topics.deadLetters, partitions },
    // One partition: what was published last is the newest.
    { name: topics.plans, partitions: 1, compacted: true },
    { name: topics.control, partitions: 1 },
    // One partition: one order, and one who decides.
    { name: topics.deployments, partitions: 1 },
  ];
}

async function ensureTopics({ broker, settings }: House, topics: readonly TopicSpec[]): Promise<void> {
  if (settings.createTopics) await broker.ensureTopics(topics);
}

const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 10_000;

async function untilReached<T>({ log }: Telemetry, work: () => Promise<T>, signal?: AbortSignal): Promise<T> {
  for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(pause * 2, LONGEST_PAUSE_MS)) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof BrokerError) || error.code !== 'BROKER_UNAVAILABLE') throw error;
      log.warn({ err: error, againInMs: pause }, 'The broker cannot be reached yet.');
      await sleep(pause, undefined, { signal });
    }
  }
}
