import type {
  ActView,
  DeadLetterGroupView,
  DeadLetterView,
  JobItemView,
  JobView,
  RecordView,
  PipelineSummaryView,
  ReviewView,
  RunSummaryView,
  ScheduleView,
  StageView,
  TopicGroupView,
  TopicSummaryView,
  VersionView,
} from '@millrace/client';
import { agoOf, type Column, millisOf } from './output.js';

const age = (time: string): string => agoOf(time, Date.now());

const statusText = ({ status, state, degraded, noConsumer }: RunSummaryView): string =>
  [noConsumer ? status : state, degraded && 'degraded', noConsumer && 'no consumer'].filter(Boolean).join(', ');

export const RUN_COLUMNS: readonly Column<RunSummaryView>[] = [
  { title: 'RUN', of: ({ id }) => id },
  { title: 'PIPELINE', of: ({ pipeline }) => pipeline },
  { title: 'STATUS', of: statusText },
  { title: 'AGE', of: ({ acceptedAt }) => age(acceptedAt) },
  {
    title: 'TOOK',
    of: ({ acceptedAt, endedAt }) => endedAt && millisOf(Date.parse(endedAt) - Date.parse(acceptedAt)),
  },
  { title: 'TITLE', of: ({ title }) => title },
  { title: 'CODE', of: ({ failureCode }) => failureCode, wide: true },
  { title: 'BEHIND', of: ({ hold }) => hold?.behind, wide: true },
  { title: 'ACCEPTED', of: ({ acceptedAt }) => acceptedAt, wide: true },
  { title: 'PLAN', of: ({ plan }) => plan, wide: true },
];

export const REVIEW_COLUMNS: readonly Column<ReviewView>[] = [
  { title: 'REVIEW', of: ({ id }) => id },
  { title: 'PIPELINE', of: ({ pipeline }) => pipeline },
  { title: 'KIND', of: ({ kind }) => kind },
  { title: 'FOR', of: ({ assignee, group }) => assignee ?? group },
  { title: 'CLAIMED BY', of: ({ claimedBy }) => claimedBy },
  { title: 'SINCE', of: ({ since }) => age(since) },
  { title: 'UNTIL', of: ({ due }) => due },
];

export const DEAD_LETTER_COLUMNS: readonly Column<DeadLetterView>[] = [
  { title: 'DEAD LETTER', of: ({ id }) => id },
  { title: 'STATUS', of: ({ status }) => status },
  { title: 'CODE', of: ({ failure }) => failure.code },
  { title: 'FROM', of: ({ step, record }) => step ?? record?.topic },
  { title: 'RUN', of: ({ run }) => run },
  { title: 'AGE', of: ({ at }) => age(at) },
  { title: 'ATTEMPTS', of: ({ attempts }) => attempts, wide: true },
  { title: 'MESSAGE', of: ({ failure }) => failure.message, wide: true },
];

export const GROUP_COLUMNS: readonly Column<DeadLetterGroupView>[] = [
  { title: 'GROUP', of: ({ fingerprint }) => fingerprint },
  { title: 'LETTERS', of: ({ count }) => count },
  { title: 'OPEN', of: ({ open }) => open },
  { title: 'CODE', of: ({ code }) => code },
  { title: 'FROM', of: ({ failedAt }) => failedAt },
  { title: 'LAST', of: ({ lastSeen }) => age(lastSeen) },
  { title: 'FIRST', of: ({ firstSeen }) => age(firstSeen) },
  { title: 'TREND', of: ({ trend }) => trendText(trend.counts) },
  { title: 'MESSAGE', of: ({ pattern }) => pattern },
  { title: 'NEWEST', of: ({ newest }) => newest, wide: true },
];

const BARS = '▁▂▃▄▅▆▇█';

/** Draws counts as bars; a part without any is a dot. */
const trendText = (counts: readonly number[]): string => {
  const most = Math.max(1, ...counts);
  return counts.map((count) => (count === 0 ? '·' : BARS[Math.ceil((count / most) * BARS.length) - 1])).join('');
};

export const JOB_COLUMNS: readonly Column<JobView>[] = [
  { title: 'JOB', of: ({ id }) => id },
  { title: 'KIND', of: ({ kind }) => kind },
  { title: 'STATUS', of: ({ status }) => status },
  { title: 'LETTERS', of: ({ total }) => total },
  { title: 'DONE', of: ({ items }) => (items.redriven ?? 0) + (items.resolved ?? 0) },
  { title: 'REFUSED', of: ({ items }) => items.refused },
  { title: 'AGE', of: ({ at }) => age(at) },
  { title: 'BY', of: ({ by }) => by },
  { title: 'REASON', of: ({ reason }) => reason, wide: true },
];

export const JOB_ITEM_COLUMNS: readonly Column<JobItemView>[] = [
  { title: 'ON', of: ({ deadLetter, run }) => deadLetter ?? run },
  { title: 'STATUS', of: ({ status }) => status },
  { title: 'REPLAY', of: ({ replay }) => replay },
  { title: 'CODE', of: ({ failure }) => failure?.code },
  { title: 'MESSAGE', of: ({ failure }) => failure?.message },
];

export const ACT_COLUMNS: readonly Column<ActView>[] = [
  { title: 'SEQ', of: ({ seq }) => seq },
  { title: 'AT', of: ({ at }) => at },
  { title: 'BY', of: ({ by }) => by },
  { title: 'ACT', of: ({ kind }) => kind },
  { title: 'ON', of: ({ subject }) => subject },
  { title: 'OUTCOME', of: ({ outcome }) => (outcome.status === 'applied' ? 'applied' : outcome.failure.code) },
  { title: 'REASON', of: ({ reason }) => reason },
  { title: 'HASH', of: ({ hash }) => hash, wide: true },
];

export const PIPELINE_COLUMNS: readonly Column<PipelineSummaryView>[] = [
  { title: 'PIPELINE', of: ({ name }) => name },
  { title: 'PLAN', of: ({ plan }) => plan },
  { title: 'DEPLOYED', of: ({ deployedAt }) => age(deployedAt) },
  { title: 'PAUSED', of: ({ paused }) => paused && age(paused.since) },
];

export const SCHEDULE_COLUMNS: readonly Column<ScheduleView>[] = [
  { title: 'PIPELINE', of: ({ pipeline }) => pipeline },
  { title: 'SCHEDULE', of: ({ name }) => name },
  { title: 'CRON', of: ({ cron }) => cron },
  { title: 'ZONE', of: ({ zone }) => zone },
  { title: 'NEXT', of: ({ nextAt }) => nextAt },
  { title: 'OF', of: ({ ofPlan, by }) => (ofPlan ? 'the plan' : by) },
  { title: 'CATCH UP', of: ({ catchUp }) => catchUp, wide: true },
];

export const VERSION_COLUMNS: readonly Column<VersionView>[] = [
  { title: 'VERSION', of: ({ version }) => version },
  { title: 'PLAN', of: ({ plan }) => plan },
  { title: 'NEW RUNS', of: ({ share }) => (share > 0 ? `${Math.round(share * 1_000) / 10} %` : undefined) },
  { title: 'LIVE RUNS', of: ({ liveRuns }) => liveRuns },
  { title: 'DEPLOYED', of: ({ deployedAt }) => age(deployedAt) },
  { title: 'BY', of: ({ by }) => by, wide: true },
  { title: 'REASON', of: ({ reason }) => reason, wide: true },
];

export const STAGE_COLUMNS: readonly Column<StageView>[] = [
  { title: 'STAGE', of: ({ name }) => name },
  { title: 'PIPELINES', of: ({ pipelines }) => pipelines.join(', ') },
  { title: 'CONSUMERS', of: ({ consumers }) => (consumers === 0 ? 'no consumer' : consumers) },
  { title: 'AT ONCE', of: ({ limits }) => limits?.concurrency },
  { title: 'PER SECOND', of: ({ limits }) => limits?.perSecond },
  { title: 'PAUSED', of: ({ paused }) => paused && age(paused.since) },
  { title: 'WEIGHTS', of: ({ limits }) => limits?.weights && JSON.stringify(limits.weights), wide: true },
];

export const TOPIC_COLUMNS: readonly Column<TopicSummaryView>[] = [
  { title: 'TOPIC', of: ({ name }) => name },
  { title: 'PARTITIONS', of: ({ partitions }) => partitions },
  { title: 'RECORDS', of: ({ records }) => records },
  { title: 'ABOUT', of: ({ about }) => about, wide: true },
];

export const TOPIC_GROUP_COLUMNS: readonly Column<TopicGroupView>[] = [
  { title: 'GROUP', of: ({ name }) => name },
  { title: 'CONSUMERS', of: ({ consumers }) => consumers },
  { title: 'BACKLOG', of: ({ backlog }) => backlog },
];

const LONGEST = 60;
const short = (text: string | undefined): string | undefined =>
  text && text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;

/** Says what a record holds: the types of its events, where its topic is one of Millrace's. */
const saysText = ({ says }: RecordView): string | undefined => {
  const [first] = says?.items ?? [];
  const more = (says?.total ?? 0) > 1 ? ` +${(says?.total ?? 0) - 1}` : '';
  return first && [`${first.type ?? '?'}${more}`, first.step].filter(Boolean).join(' ');
};

export const RECORD_COLUMNS: readonly Column<RecordView>[] = [
  { title: 'PARTITION', of: ({ partition }) => partition },
  { title: 'OFFSET', of: ({ offset }) => offset },
  { title: 'AT', of: ({ at }) => at },
  { title: 'KEY', of: ({ key }) => short(key?.text) },
  { title: 'BYTES', of: ({ valueBytes }) => valueBytes ?? 'no value' },
  { title: 'SAYS', of: saysText },
  { title: 'RUN', of: ({ says }) => says?.items[0]?.run, wide: true },
  { title: 'VALUE', of: ({ value }) => short(value?.text), wide: true },
];
