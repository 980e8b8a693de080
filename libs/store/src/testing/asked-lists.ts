import { createHash } from 'node:crypto';
import type { DeadLetter } from '../commit.js';
import { readRunFilter } from '../search/filters.js';
import type { RunFilter } from '../search/run-filter.js';
import type { ReviewFilter } from '../store.js';

/** A list as somebody may ask for it. */
export type AskedList =
  | { readonly of: 'runs'; readonly filter: RunFilter }
  | { readonly of: 'search'; readonly text: string; readonly filter: RunFilter }
  | { readonly of: 'reviews'; readonly filter: ReviewFilter }
  | { readonly of: 'deadLetters'; readonly filter: { status?: DeadLetter['status']; pipeline?: string } };

/** The run that `fillStore` gives most child runs. */
const PARENT = `run_${createHash('md5').update('run1').digest('hex').slice(0, 26)}`;

const RUNS: readonly RunFilter[] = [
  {},
  { status: 'running' },
  { status: 'completed' },
  { status: 'dead-lettered' },
  { status: 'held' },
  { degraded: true },
  { degraded: false },
  { pipeline: 'support-email' },
  { pipeline: 'retired' },
  { pipeline: 'nobody-deployed-this' },
  { pipeline: 'support-email', status: 'completed' },
  { pipeline: 'support-email', status: 'failed' },
  { pipeline: 'retired', status: 'running' },
  { pipeline: 'support-email', degraded: true },
  { pipeline: 'support-email', status: 'running', degraded: true },
  { status: 'failed', degraded: true },
  { parent: PARENT },
  { parent: PARENT, status: 'dead-lettered' },
  { parent: PARENT, pipeline: 'pages' },
  { parent: 'run_of_nobody' },
];

const REVIEWS: readonly ReviewFilter[] = [
  {},
  { kind: 'review' },
  { kind: 'signal' },
  { pipeline: 'support-email' },
  { pipeline: 'retired' },
  { pipeline: 'retired', kind: 'signal' },
  { assignee: 'person-3' },
  { assignee: 'nobody' },
  { group: 'board' },
  { group: 'board', pipeline: 'letters' },
  { group: 'team-4', claimedBy: 'person-7' },
  { claimedBy: 'person-7' },
];

const DEAD_LETTERS: readonly { status?: DeadLetter['status']; pipeline?: string }[] = [
  {},
  { status: 'open' },
  { status: 'closed' },
  { pipeline: 'support-email' },
  { pipeline: 'retired', status: 'open' },
  { pipeline: 'letters', status: 'redriven' },
];

/** Filters that an index answers, that it answers in part, and that are tested on each run that is looked at. */
const SEARCHES: readonly string[] = [
  'attributes.customer == "customer-7"',
  'attributes.customer == "customer-7" && status == "failed"',
  'attributes.customer == "nobody"',
  'attributes.country == "country-1"',
  'attributes.country == "country-1" && status == "failed" && degraded',
  'attributes.country == "country-1" && attributes.customer == "customer-1"',
  'attributes.amount == 7',
  'attributes.amount > 990',
  'attributes.amount > 2000',
  'has(attributes.customer)',
  '"vip" in tags',
  '"seen" in tags && pipeline == "claims"',
  'code == "MODEL_REFUSED"',
  'code == "STAGE_THREW" && pipeline == "letters"',
  'state == "retrying"',
  'state == "waiting-for-signal"',
  'state == "running"',
  'state == "sleeping" && pipeline == "claims"',
  'title.contains("card")',
  'title.contains("needle")',
  'title.lowerAscii().contains("needle") && status == "completed" && degraded == false',
  'pipeline == "retired" && title.contains("needle")',
  'acceptedAt > timestamp("2026-01-03T00:00:00Z") && acceptedAt < timestamp("2026-01-03T06:00:00Z")',
  'endedAt != null && !(status in ["completed", "failed"])',
];

/** The time of filters that name none. */
const NOW = Date.UTC(2026, 8, 1);

/** Lists with each filter and those of their combinations that could go wrong: common with rare, rare with rare, and what there is none of. */
export const ASKED_LISTS: readonly AskedList[] = [
  ...RUNS.map((filter) => ({ of: 'runs', filter }) as const),
  ...SEARCHES.map((text) => ({ of: 'search', text, filter: { where: readRunFilter(text, NOW) } }) as const),
  ...REVIEWS.map((filter) => ({ of: 'reviews', filter }) as const),
  ...DEAD_LETTERS.map((filter) => ({ of: 'deadLetters', filter }) as const),
];
