import { type Fact, randomId } from '@millrace/contracts';
import type { Store } from '../open.js';
import type { Commit, RunChange, RunSummary } from '../commit.js';

export const newRun = (over: Partial<RunSummary> = {}): RunSummary => ({
  id: randomId('run'),
  pipeline: 'letters',
  plan: 'p1',
  status: 'running',
  acceptedAt: 1_700_000_000_000,
  endedAt: undefined,
  parent: undefined,
  ...over,
});

export const accepted = (input: unknown = {}): Fact => ({
  type: 'run.accepted',
  at: 1_700_000_000_000,
  pipeline: 'letters',
  plan: 'p1',
  input,
  source: 'intake/0/0',
});

export const completed = (step: string, output: unknown): Fact => ({
  type: 'step.completed',
  step,
  attempt: 1,
  at: 1_700_000_000_500,
  startedAt: 1_700_000_000_400,
  output,
});

export const changed = (summary: RunSummary, over: Partial<RunChange> = {}): RunChange => ({
  summary,
  created: false,
  fromSeq: 1,
  facts: [],
  row: false,
  wakeAt: undefined,
  waits: [],
  waited: [],
  ...over,
});

export const commitOf = (over: Partial<Commit> = {}): Commit => ({
  topic: randomId('topic'),
  partition: 0,
  expected: null,
  next: 1,
  changes: [],
  deadLetters: [],
  redriven: [],
  answer: Buffer.from('[]'),
  ...over,
});

/** Makes a run with its first facts, as the intake does. */
export const createRun = (
  { writer }: Store,
  summary: RunSummary,
  { facts = [accepted()], wakeAt }: { facts?: readonly Fact[]; wakeAt?: number } = {},
): Promise<void> =>
  writer.create([{ ...summary, wakeAt }], ({ made }) =>
    commitOf({ changes: made.has(summary.id) ? [changed(summary, { facts })] : [] }),
  );
