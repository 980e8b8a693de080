import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Blobs, openBlobs } from '@millrace/blobs';
import type { Broker, TopicSpec } from '@millrace/broker';
import type { GroupMember } from '@millrace/broker-kafka';
import { groupsOf, type Topics, topicsOf } from '@millrace/contracts';
import { type Telemetry, telemetry } from '@millrace/telemetry';
import type { ServiceSettings } from './settings/config.js';
import { openBroker } from './open-broker.js';
import { untilReached } from './followers/until-reached.js';

/** Millrace's version: all of its packages have the same. */
const { version: VERSION } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
  readonly version: string;
};

/** The runtime of a service. */
export interface Runtime {
  /** The service's name: `service.name` of its telemetry. */
  readonly service: string;
  readonly settings: ServiceSettings;
  readonly broker: Broker;
  readonly telemetry: Telemetry;
  readonly topics: Topics;
  readonly groups: ReturnType<typeof groupsOf>;
  /** Keeps large inputs and outputs; without it they travel in records as far as these can hold them. */
  readonly blobs?: Blobs | undefined;
}

/** The parts that the caller has already; the caller closes them. */
export interface RuntimeOptions {
  readonly broker?: Broker | undefined;
  readonly telemetry?: Telemetry | undefined;
  /** Ends waiting for a broker that cannot be reached. */
  readonly signal?: AbortSignal | undefined;
  /** Called whenever this process has joined a consumer group. */
  readonly onMember?: ((member: GroupMember) => void) | undefined;
}

/**
 * Opens telemetry and the broker, and creates the topics that every service uses. Waits for a broker that cannot be
 * reached yet. Closing the runtime closes what it opened, and nothing that it was given.
 */
export async function openRuntime(
  service: string,
  settings: ServiceSettings,
  given: RuntimeOptions = {},
): Promise<Runtime & AsyncDisposable> {
  await using opened = new AsyncDisposableStack();
  const told = given.telemetry ?? opened.use(telemetry({ service, version: VERSION, ...settings }));
  const around = { log: told.log, signal: given.signal };
  const broker =
    given.broker ?? opened.use(await untilReached(around, () => openBroker(settings, told, given.onMember)));
  const blobs = await blobsOf(settings, opened);
  const topics = topicsOf(settings.topicPrefix);
  const runtime: Runtime = {
    service,
    settings,
    broker,
    telemetry: told,
    topics,
    groups: groupsOf(settings.topicPrefix),
    blobs,
  };
  await untilReached(around, () => ensureTopics(runtime, commonTopics(runtime)));
  const held = opened.move();
  return { ...runtime, [Symbol.asyncDispose]: () => held.disposeAsync() };
}

/** Opens the blob store that the settings name; the embedded log has one beside it. */
async function blobsOf(
  { blobs, kafka, dataDir }: ServiceSettings,
  opened: AsyncDisposableStack,
): Promise<Blobs | undefined> {
  const at = blobs.at ?? (kafka === undefined ? { folder: join(dataDir, 'blobs') } : undefined);
  return at && opened.use(await openBlobs({ ...blobs, at }));
}

/** The topics of these stages, created where that is allowed; without it they have to be there. */
export async function ensureStageTopics(runtime: Runtime, stages: readonly string[]): Promise<void> {
  const { topics, settings } = runtime;
  await ensureTopics(
    runtime,
    stages.map((stage) => ({ name: topics.stage(stage), partitions: settings.topicPartitions })),
  );
}

function commonTopics({ topics, settings }: Runtime): readonly TopicSpec[] {
  const partitions = settings.topicPartitions;
  return [
    { name: topics.intake, partitions },
    { name: topics.runs, partitions },
    { name: topics.results, partitions },
    { name: topics.deadLetters, partitions },
    { name: topics.outcomes, partitions },
    // One partition: what was published last is the newest.
    { name: topics.plans, partitions: 1, compacted: true },
    { name: topics.control, partitions: 1 },
    { name: topics.limits, partitions: 1, compacted: true },
    { name: topics.contracts, partitions: 1, compacted: true },
    { name: topics.pauses, partitions: 1, compacted: true },
    { name: topics.models, partitions: 1, compacted: true },
    { name: topics.modelCalls, partitions: 1 },
    { name: topics.modelGrants, partitions: 1 },
    { name: topics.modelLedger, partitions: 1, compacted: true, churns: true },
    { name: topics.modelAnswers, partitions, compacted: true, churns: true },
    { name: topics.stepWatches, partitions: 1 },
    { name: topics.stepTexts, partitions },
    // One partition: one order, and one who decides.
    { name: topics.deployments, partitions: 1 },
  ];
}

async function ensureTopics({ broker, settings }: Runtime, topics: readonly TopicSpec[]): Promise<void> {
  if (settings.createTopics) await broker.ensureTopics(topics);
}
