import type { Incoming } from '@millrace/broker';
import { type Fact, stepIdempotencyKey, unreadable } from '@millrace/contracts';
import type { Payment } from './bank.js';
import type { Evidence, StoredRun } from './evidence.js';
import { NOBODY } from './fuzzed.js';
import { violationsOf } from './invariants.js';
import { requestsOf } from './load.js';
import { POISON } from './poison.js';
import { expectationOf } from './rules.js';

const requests = requestsOf(1, 200);
const expectations = requests.map(({ run, input }) => expectationOf(run, input));
const completed = expectations.find(({ status }) => status === 'completed')!;
const parked = expectations.find(({ status }) => status === 'dead-lettered')!;
const waiting = expectations.find(({ status }) => status === 'waiting')!;

let offset = 0;
const record = (topic: string, value: unknown, headers: Readonly<Record<string, unknown>> = {}): Incoming => ({
  ...{ topic, partition: 0, offset: offset++, timestamp: 0, key: null },
  headers: Object.fromEntries(Object.entries(headers).map(([name, text]) => [name, Buffer.from(String(text))])),
  value: Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)),
});
const outcome = (run: string, step: string, attempt: number, type = 'step.completed') =>
  record('runs', [{ type, run, step, attempt }]);

/** Returns the evidence of an experiment in which every promise was kept. */
function kept() {
  const runs = new Map<string, StoredRun>();
  const events: Incoming[] = [];
  const commands: Incoming[] = [];
  const results: Incoming[] = [];
  const deadLetters: Incoming[] = [];
  const letters: { id: string; run: string | null }[] = [];
  const payments = new Map<string, Payment>();
  const calls = new Map<string, string[]>();
  for (const { run, status, steps, failures, total } of expectations) {
    const facts: Partial<Fact>[] = [{ type: 'run.accepted' }];
    const failed = Array.from({ length: failures }, (_, i) => i + 1);
    for (const attempt of failed) {
      facts.push({ type: 'step.failed', step: 'reserve', attempt });
      events.push(outcome(run, 'reserve', attempt, 'step.failed'));
      calls.set(
        stepIdempotencyKey(run, 'reserve'),
        Array.from({ length: attempt }, () => '7'),
      );
      commands.push(record('stage.reserve', { run, step: 'reserve', attempt }));
    }
    for (const step of steps) {
      facts.push({
        type: 'step.completed',
        step,
        output: { receipt: `of ${run}` },
      });
      events.push(outcome(run, step, failures + 1));
      const key = stepIdempotencyKey(run, step);
      calls.set(key, [...(calls.get(key) ?? []), '7']);
      commands.push(record(`stage.${step}`, { run, step, attempt: failures + 1 }));
    }
    if (status === 'completed') {
      facts.push({ type: 'run.completed' });
      results.push(record('results', { run, output: { total } }));
      payments.set(stepIdempotencyKey(run, 'pay'), { receipt: `of ${run}`, total, callers: ['7', '8'] });
    }
    if (status === 'dead-lettered') {
      deadLetters.push(record('dead-letters', { run }));
      letters.push({ id: `dl of ${run}`, run });
    }
    runs.set(run, { id: run, status, facts: facts as Fact[], waits: status === 'waiting' ? 1 : 0 });
  }
  const why = { group: 'g', failure: { code: 'X', kind: 'permanent' as const, message: '' }, at: 0, maxBytes: 10_000 };
  // A stage answers the fuzzer's command, and the coordinator parks the answer: nobody asked for that run.
  const strange = outcome(NOBODY, 'reserve', 3, 'step.failed');
  events.push(strange);
  const parkedAnswer = unreadable(strange, why);
  deadLetters.push({ ...record('dead-letters', '', parkedAnswer.headers), value: strange.value });
  letters.push({ id: String(parkedAnswer.headers['millrace-dead-letter']), run: null });
  const poison = record('intake', '\0 poison', { [POISON]: '1' });
  const { headers, value } = unreadable(poison, why);
  deadLetters.push({ ...record('dead-letters', '', headers), value });
  letters.push({ id: String(headers['millrace-dead-letter']), run: null });
  const lag = [{ group: 'g', topic: 't', partition: 0, start: 0, committed: 5, end: 5, backlog: 0 }];
  const conflicts: string[] = [];
  return {
    ...{ runs, events, commands, results, deadLetters, letters, lag },
    ...{ intake: [poison], bank: { payments, conflicts, calls }, changes: undefined, otherReader: undefined },
  } satisfies Evidence;
}

const found = (evidence: Evidence) => violationsOf(requests, evidence).map(({ run, what }) => [run, what]);
const about = (run: string, what: string) => [run, expect.stringContaining(what) as string];

test('nothing is reported where every promise was kept', () => {
  expect(found(kept())).toEqual([]);
});

test('a run that is lost is reported', () => {
  const evidence = kept();
  evidence.runs.delete(completed.run);
  expect(found(evidence)).toContainEqual(about(completed.run, 'is not there'));
});

test('a run that stands elsewhere than it should is reported', () => {
  const evidence = kept();
  evidence.runs.set(waiting.run, { ...evidence.runs.get(waiting.run)!, status: 'running', waits: 0 });
  expect(found(evidence)).toEqual([about(waiting.run, 'is running'), about(waiting.run, 'waits for 0')]);
});

test('a run that nobody asked for is reported', () => {
  const evidence = kept();
  evidence.runs.set('run_x', { ...evidence.runs.get(completed.run)!, id: 'run_x' });
  expect(found(evidence)).toEqual([['run_x', 'is there and was never asked for']]);
});

test('a result that is missing, there twice, or wrong is reported', () => {
  const evidence = kept();
  const [first] = evidence.results.splice(0, 1);
  const { run } = JSON.parse(String(first!.value)) as { run: string };
  expect(found(evidence)).toEqual([about(run, 'no record on results')]);
  evidence.results.push(first!, first!);
  expect(found(evidence)).toEqual([about(run, '2 records on results')]);
  evidence.results.splice(-2, 2, record('results', { run, output: { total: -1 } }));
  expect(found(evidence)).toEqual([about(run, 'came to -1')]);
});

test('an attempt that has two outcomes, or was asked for twice, is reported', () => {
  const evidence = kept();
  evidence.events.push(evidence.events[0]!);
  evidence.commands.push(evidence.commands[0]!);
  expect(found(evidence).map(([, what]) => what)).toEqual([
    expect.stringContaining('has an outcome on runs 2 times'),
    expect.stringContaining('was asked for 2 times'),
    expect.stringContaining('had 2 attempts at open instead of 1'),
  ]);
});

test('a step that is recorded twice, and an attempt that was wasted, are reported', () => {
  const evidence = kept();
  const stored = evidence.runs.get(completed.run)!;
  const again = [
    { type: 'step.completed', step: 'open' },
    { type: 'step.failed', step: 'reserve' },
  ] as Fact[];
  evidence.runs.set(completed.run, { ...stored, facts: [...stored.facts, ...again] });
  expect(found(evidence)).toEqual([
    about(completed.run, '2 results of open'),
    about(completed.run, 'at reserve instead of'),
  ]);
});

test('a call that was made again, though nobody killed the process that had made it, is reported', () => {
  const evidence = kept();
  const key = stepIdempotencyKey(completed.run, 'pay');
  const changes = { runs: new Set([completed.run]), killed: new Set<string>(), interrupted: 1 };
  const what = (more: object = {}) => found({ ...evidence, changes: { ...changes, ...more } }).map(([, text]) => text);
  expect(what()).toEqual([]);
  evidence.bank.calls.set(key, ['8', '7']);
  expect(what()).toEqual(['called for pay 2 times instead of 1, from 8, 7']);
  expect(what({ killed: new Set(['8']) })).toEqual([]);
  evidence.bank.calls.delete(key);
  expect(what()).toEqual([expect.stringContaining('called for pay 0 times')]);
  expect(what({ interrupted: 0 })).toEqual([expect.stringContaining('nothing was tested')]);
});

test('a payment that is missing, too much, or of nobody is reported', () => {
  const evidence = kept();
  const { payments } = evidence.bank;
  payments.delete(stepIdempotencyKey(completed.run, 'pay'));
  payments.set(stepIdempotencyKey(parked.run, 'pay'), { receipt: '', total: parked.total, callers: ['7'] });
  payments.set('nobody', { receipt: '', total: 1, callers: ['7'] });
  evidence.bank.conflicts.push('key');
  expect(found(evidence)).toHaveLength(4);
});

test('a dead letter that is missing or there twice is reported', () => {
  const evidence = kept();
  const [letter] = evidence.deadLetters;
  evidence.deadLetters.push(letter!);
  expect(found(evidence)).toEqual([[expect.any(String), expect.stringContaining('2 dead letters')]]);
  evidence.deadLetters.pop();
  evidence.letters.shift();
  expect(found(evidence)).toEqual([[expect.any(String), expect.stringContaining('0 stored')]]);
});

test('poison that is lost, kept twice, or kept with other bytes is reported', () => {
  const evidence = kept();
  const letter = evidence.deadLetters.pop()!;
  const told = () => found(evidence).map(([, what]) => what);
  expect(told()).toEqual([expect.stringContaining('is 0 times')]);
  evidence.deadLetters.push(letter, letter);
  expect(told()).toEqual([expect.stringContaining('is 2 times')]);
  evidence.deadLetters.splice(-2, 2, { ...letter, value: Buffer.from('other') });
  expect(told()).toEqual([expect.stringContaining('other bytes')]);
});

test('a group that is not at the end, and readers that differ, are reported', () => {
  const evidence: Evidence = { ...kept(), otherReader: ['only kcat: t/0/1'] };
  const behind = { ...evidence, lag: [{ ...evidence.lag[0]!, committed: 4 }] };
  expect(found(behind).map(([, what]) => what)).toEqual([
    'g stands at 4 of 5 in partition 0',
    'Two readers differ: only kcat: t/0/1',
  ]);
});
