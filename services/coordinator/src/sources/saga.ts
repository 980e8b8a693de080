import { getHeapStatistics } from 'node:v8';
import type { Consumption } from '@millrace/broker';
import { startInterval } from '@millrace/contracts/timers';
import { MAX_MAP_ITEMS } from '@millrace/saga';
import type { PipelineSource } from '@millrace/project';
import {
  followContracts,
  followPauses,
  type Runtime,
  type Pauses,
  type Running,
  standstillOf,
} from '@millrace/runtime';
import type { CacheBounds, Store } from '@millrace/store';
import type { CoordinatorContext } from '../context.js';
import { BlobContents } from '../blobs/contents.js';
import { sweepBlobs } from '../blobs/sweep.js';
import { bring } from '../deployments/deployments.js';
import { startEviction } from '../cache/eviction.js';
import { intakeSource } from './intake.js';
import { CoordinatorPlans } from '../deployments/plans.js';
import type { StoreGuard } from '../recovery/guard.js';
import { followRoutes } from '../deployments/routes.js';
import { type RetentionOptions, RetentionLoop } from '../retention/retention-loop.js';
import { RunCache } from './run-cache.js';
import { runsSource } from './runs.js';
import { outcomesSource } from './outcomes.js';
import { beginDue, keepSchedules } from '../timers/starting.js';
import { Timers } from '../timers/timers.js';
import { Triggers } from '../triggers/triggers.js';
import { WebhookSender, type WebhookOptions } from '../webhooks/sender.js';
import { unreadSource } from './unread.js';

export interface CoordinatorOptions {
  readonly store: Store;
  /** Brought at the start: those that are new here are what new runs get from then on. */
  readonly pipelines: readonly PipelineSource[];
  /** New runs get these pipelines also where they were brought before and another version was chosen since. Default false. */
  readonly routesToPipelines?: boolean;
  /** A record's key on `intake` names the run, where no header does. Default false. */
  readonly keyIsIdempotent?: boolean;
  /** Shared with others in this process; it stays the caller's to close. */
  readonly pauses?: Pauses;
  readonly now?: () => number;
  /** The most bytes that one record may be answered with. Default 128 MiB. */
  readonly maxAnswerBytes?: number;
  /** The most items that a map may go over. Default 100,000. */
  readonly maxItems?: number;
  /** Removes ended runs that have been kept for long enough. Without it, none is removed. */
  readonly retention?: RetentionOptions;
  /** Tells an endpoint what happens. Without it, nobody is told. */
  readonly webhooks?: WebhookOptions | undefined;
  /** The most outputs that are kept to be reused. Default: 10,000 of at most 256 KiB, 256 MiB altogether. */
  readonly cache?: CacheBounds & { readonly outputBytes: number };
}

/** The interval at which topics are dropped that nobody waits for any more. */
const LOOK_MS = 600_000;
const MAX_ANSWER_BYTES = 128 * 1024 * 1024;
const CACHE = { outputs: 10_000, bytes: 256 * 1024 * 1024, outputBytes: 256 * 1024 };
/** Records of one batch: enough to share a transaction among, few enough to decide in some milliseconds. */
const INTAKE_BATCH = 500;
const RUNS_BATCH = 200;
/**
 * The most memory for runs: enough for 10,000, and a small part of what the process may have. A run takes a few kilobytes; one that is
 * not in memory is made from its facts.
 */
const CACHED_BYTES = Math.min(64 * 1024 * 1024, getHeapStatistics().heap_size_limit / 16);

/** The context of a coordinator's loops, but for what belongs to one start of them. */
export type Shared = Pick<
  CoordinatorContext,
  | 'broker'
  | 'topics'
  | 'store'
  | 'telemetry'
  | 'runs'
  | 'cache'
  | 'contents'
  | 'blobs'
  | 'maxAnswerBytes'
  | 'maxCachedBytes'
  | 'maxItems'
  | 'now'
>;

export function sharedContext(runtime: Runtime, options: CoordinatorOptions): Shared {
  const { broker, topics, telemetry, blobs } = runtime;
  const { store, now = Date.now, maxAnswerBytes = MAX_ANSWER_BYTES, maxItems = MAX_MAP_ITEMS } = options;
  const cache = new RunCache(CACHED_BYTES);
  const contents = new BlobContents(blobs);
  const { outputBytes: maxCachedBytes } = options.cache ?? CACHE;
  const { runs } = telemetry.meters;
  const bounds = { maxAnswerBytes, maxCachedBytes, maxItems };
  return { broker, topics, store, telemetry, runs, cache, contents, blobs, ...bounds, now };
}

/** The saga: takes runs on, decides what follows from what happened to them, and keeps their history. */
export async function startSaga(runtime: Runtime, options: CoordinatorOptions, guard: StoreGuard): Promise<Running> {
  const { broker, topics, groups, telemetry } = runtime;
  const { store, now = Date.now } = options;
  const plans = new CoordinatorPlans(store, telemetry.log);
  const { pipelines, routesToPipelines = false } = options;
  await bring({ runtime, store }, pipelines, { at: now(), routes: routesToPipelines });
  const contracts = await followContracts(runtime);
  const timers = new Timers({
    store,
    broker,
    topics,
    telemetry,
    now,
    others: (at) => beginDue({ store, broker, topics, telemetry, plans, contracts, blobs: runtime.blobs }, at),
  });
  const stages = options.pauses ?? (await followPauses(runtime));
  const context: CoordinatorContext = {
    ...sharedContext(runtime, options),
    plans,
    stages,
    contracts,
    guard,
    wakeBy: (at) => timers.wakeBy(at),
    webhooks: options.webhooks?.types,
  };
  const triggers = new Triggers(context, groups);
  let changes = 0;
  const routes = await followRoutes(runtime, plans, async (current) => {
    changes++;
    for (const plan of current) await keepSchedules(store, plan, now());
    triggers.follow(current);
    triggers.listen(await plans.inUse());
  });
  // The last run that waits for a topic's records may end at any time.
  const looking = startInterval(LOOK_MS, () => {
    const before = changes;
    plans.inUse().then(
      // What has changed meanwhile says so itself.
      (used) => before === changes && triggers.listen(used),
      (error: unknown) =>
        telemetry.log.warn({ err: error }, 'It could not be found out which topics signals come from.'),
    );
  });
  const consumptions = await consume(context, { groups, keyIsIdempotent: options.keyIsIdempotent ?? false });
  const retention = startRetention(runtime, options, now);
  const webhooks = options.webhooks && new WebhookSender(options.webhooks, { store, telemetry, now }).start();
  const eviction = startEviction({ store, telemetry, now }, options.cache ?? CACHE);
  return {
    ready: () => readyOf(store, consumptions, triggers),
    async drain(ms) {
      looking.stop();
      await Promise.all([retention?.stop(), eviction.stop(), webhooks?.stop()]);
      await timers.stop();
      await Promise.all(consumptions.map((consumption) => consumption.drain(ms)));
      await routes[Symbol.asyncDispose]();
      await contracts[Symbol.asyncDispose]();
      await triggers.drain(ms);
      if (!options.pauses) await stages[Symbol.asyncDispose]();
    },
  };
}

/** Removes what has been kept for long enough, and the blobs of what is removed. */
function startRetention(
  { blobs, telemetry }: Runtime,
  { store, retention }: CoordinatorOptions,
  now: () => number,
): RetentionLoop | undefined {
  if (blobs) store.retention.beforeRemoval((runs) => blobs.remove(runs));
  const sweep = blobs && ((signal: AbortSignal) => sweepBlobs({ blobs, store }, { at: now(), signal }));
  return retention && new RetentionLoop({ ...retention, sweep, store, telemetry, now }).start();
}

const consume = (
  context: CoordinatorContext,
  { groups, keyIsIdempotent }: { groups: Runtime['groups']; keyIsIdempotent: boolean },
): Promise<Consumption[]> =>
  Promise.all(
    [
      runsSource(context, { group: groups.runs, maxBatch: RUNS_BATCH }),
      outcomesSource(context, { group: groups.outcomes, maxBatch: RUNS_BATCH }),
      intakeSource(context, { group: groups.intake, maxBatch: INTAKE_BATCH, keyIsIdempotent }),
      unreadSource(context, {
        topic: context.topics.deadLetters,
        group: groups.deadLetters,
        maxBatch: RUNS_BATCH,
      }),
    ].map((source) => context.broker.consumeInOrder(source)),
  );

/** Returns true where everything is read, else what is not as it should be. */
async function readyOf(
  store: CoordinatorOptions['store'],
  consumptions: readonly Consumption[],
  triggers: Triggers,
): Promise<true | string> {
  if (!(await store.reader.healthy())) return 'the database cannot be reached';
  const still = standstillOf([...consumptions, ...triggers.consumptions]);
  if (still !== undefined) return still;
  return (
    (consumptions.every((consumption) => consumption.ready) && triggers.ready) || 'partitions are being taken over'
  );
}
