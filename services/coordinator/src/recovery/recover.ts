import type { RecoveryReport, RecoveryRequested } from '@millrace/contracts';
import { comparePartitions, decidedTopics } from '@millrace/runtime';
import { applyRecovery } from './apply.js';
import { type Evidence, evidenceOf } from './evidence.js';
import { gatheredSince } from './foreign-topics.js';
import type { Needs } from './needs.js';
import { plansOnTopic } from './plans-on-topic.js';
import { openAndGone, type Surveying, survey } from './survey.js';

/** Clocks differ, and a result is published after it was decided. */
const MARGIN_MS = 60_000;

/**
 * Brings a store that is older than its topics up to them, or without `apply` says what that would do. Whoever is killed in the
 * middle leaves a store that holds every coordinator; the request comes again to the next one, which goes on.
 */
export async function recover(needs: Needs, request: RecoveryRequested): Promise<void> {
  const { recoveries } = needs.options.store;
  const known = await recoveries.find(request.id);
  if (known && known.status !== 'under-way') return;
  const begun = (request.apply && (await recoveries.underWay())) || (await begin(needs, request));
  const differing = begun.partitions.filter(({ standing }) => standing !== 'even');
  if (differing.length === 0) return recoveries.keep({ ...begun, status: 'done' });
  const { runtime } = needs;
  const { plans, stages } = await plansOnTopic(needs, { keep: request.apply });
  const { broker, topics, groups } = runtime;
  const evidence = await evidenceOf({ broker, topics, group: groups.runs, stages, since: begun.since });
  const surveying = await surveyingWith(needs);
  const surveyedBefore = begun.runs > 0;
  const found = surveyedBefore
    ? begun
    : { ...(await surveyed(surveying, begun, evidence)), gathered: await gatheredSince(needs, plans, begun.since) };
  if (!request.apply) {
    const short = await openAndGone(surveying, differing, evidence);
    return recoveries.keep({ ...found, missing: [...found.missing, ...short], status: 'done' });
  }
  // From here on no coordinator decides anything else.
  await recoveries.keep(found);
  const done = await applyRecovery(needs, { report: found, differing, evidence });
  const short = await openAndGone(surveying, differing, evidence);
  const report: RecoveryReport = { ...done, missing: [...done.missing, ...short], status: 'done' };
  await recoveries.keep(report, differing);
  // An earlier request may have been given up in the middle.
  if (begun.id !== request.id) await recoveries.keep({ ...report, id: request.id });
}

async function surveyed(options: Surveying, begun: RecoveryReport, evidence: Evidence): Promise<RecoveryReport> {
  const differing = begun.partitions.filter(({ standing }) => standing !== 'even');
  return { ...begun, ...(await survey(options, differing, evidence)) };
}

async function surveyingWith({ runtime, options }: Needs): Promise<Surveying> {
  const { broker, topics } = runtime;
  const { store, keyIsIdempotent = false } = options;
  return { broker, topics, store, keyIsIdempotent, count: await broker.partitionsOf(topics.runs) };
}

async function begin({ runtime, options }: Needs, { id, apply }: RecoveryRequested): Promise<RecoveryReport> {
  const { broker } = runtime;
  const partitions = await comparePartitions({ broker, store: options.store.recoveries }, decidedTopics(runtime));
  const since = Math.max(0, (await options.store.recoveries.newest()) - MARGIN_MS);
  const nothing = { runs: 0, results: 0, published: 0, missing: [] };
  return { id, status: 'under-way', applied: apply, since, partitions: [...partitions], ...nothing };
}
