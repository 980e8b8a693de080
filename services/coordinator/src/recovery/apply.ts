import { type RecoveredPartition, type RecoveryReport } from '@millrace/contracts';
import { blamesRecord, followContracts, followPauses } from '@millrace/runtime';
import { NO_SPANS } from '@millrace/telemetry';
import { answerOf } from '../answers/answer.js';
import type { CoordinatorContext } from '../context.js';
import { bring } from '../deployments/deployments.js';
import { intakeSource } from '../sources/intake.js';
import { runsSource } from '../sources/runs.js';
import { sharedContext } from '../sources/saga.js';
import { unreadSource } from '../sources/unread.js';
import { closeByResults } from './closing.js';
import type { Evidence } from './evidence.js';
import { takeSignalsAgain } from './foreign-topics.js';
import { PlansThen } from './plans-then.js';
import type { Needs } from './needs.js';
import { Clock, replay } from './replay.js';
import { Retold } from './retold.js';
import { pagesSince } from './scan.js';

const MAX_BATCH = 200;

interface Applying {
  readonly report: RecoveryReport;
  readonly differing: readonly RecoveredPartition[];
  readonly evidence: Evidence;
}

/** Decides again what the store does not know, in the order in which it can be understood, and says nothing twice. */
export async function applyRecovery(needs: Needs, { report, differing, evidence }: Applying): Promise<RecoveryReport> {
  const { runtime, options } = needs;
  const { broker, topics, groups, telemetry } = runtime;
  const { store, pipelines, keyIsIdempotent = false } = options;
  const clock = new Clock(report.since);
  const pauses = options.pauses ?? (await followPauses(runtime));
  await using closing = new AsyncDisposableStack();
  if (!options.pauses) closing.use(pauses);
  const contracts = closing.use(await followContracts(runtime));
  const context: CoordinatorContext = {
    ...sharedContext(runtime, options),
    telemetry: { ...telemetry, spans: NO_SPANS },
    plans: new PlansThen(store, telemetry.log, evidence),
    stages: pauses,
    contracts,
    runs: { add: () => undefined },
    wakeBy: () => undefined,
    now: () => clock.now,
    recovering: { hasBegun: (run) => evidence.begun.has(run) },
  };
  const retold = new Retold({ broker, store, topics }, evidence);
  const told: Retold['told'] = (...given) => retold.told(...given);
  await bring({ runtime, store }, pipelines, { at: Date.now(), routes: false });
  await keepDeadLetters(context, { group: groups.deadLetters, since: report.since });
  await tellLast(context, { differing, retold });
  // Signals are known before the runs that heard them: each is then forgotten with the event that says so.
  await takeSignalsAgain(context, { groups, clock, evidence, since: report.since });
  // A run's beginning is known before anything that happened to it.
  const intake = intakeSource(context, { group: groups.intake, maxBatch: MAX_BATCH, keyIsIdempotent });
  await replay({ context, source: intake, clock, told }, of(topics.intake));
  const runs = runsSource(context, { group: groups.runs, maxBatch: MAX_BATCH });
  await replay({ context, source: runs, clock, told }, of(topics.runs));
  await retold.end();
  const closed = await closeByResults({ ...context, group: groups.runs }, report.since);
  const published = report.published + retold.published;
  return { ...report, published, missing: [...report.missing, ...closed] };

  function of(topic: string): readonly RecoveredPartition[] {
    return differing.filter((one) => one.topic === topic);
  }
}

/** Tells the outcome of the last batch: a coordinator that was killed may have stored it and not have told of it. */
async function tellLast(
  { store }: Pick<CoordinatorContext, 'store'>,
  { differing, retold }: Pick<Applying, 'differing'> & { retold: Retold },
): Promise<void> {
  for (const partition of differing) {
    const position = await store.writer.position(partition.topic, partition.partition);
    if (position?.answer && position.next > partition.from) await retold.told(answerOf(position.answer), partition);
  }
}

/** Keeps what stands on `dead-letters`: those that the store has stay as they are. */
async function keepDeadLetters(context: CoordinatorContext, options: { group: string; since: number }): Promise<void> {
  const { broker, topics } = context;
  const { take, parking } = unreadSource(context, {
    topic: topics.deadLetters,
    group: options.group,
    maxBatch: MAX_BATCH,
  });
  for await (const records of pagesSince(broker, { topic: topics.deadLetters, ...options })) {
    const batch = { topic: topics.deadLetters, partition: 0, next: 0, signal: new AbortController().signal };
    try {
      await take({ ...batch, records });
    } catch (error) {
      if (!parking || !blamesRecord(error)) throw error;
      for (const record of records)
        await take({ ...batch, records: [record] }).catch((cause: unknown) => {
          if (!blamesRecord(cause)) throw cause;
          return parking.park(record, cause);
        });
    }
  }
}
