import type { Incoming } from '@millrace/broker';
import { type Fact, headerText, present, type RunResult, stepIdempotencyKey, UNREADABLE } from '@millrace/contracts';
import type { Evidence, StoredRun } from './evidence.js';
import type { Request } from './load.js';
import { FUZZED, NOBODY } from './fuzzed.js';
import { POISON } from './poison.js';
import { type Expected, expectationOf } from './rules.js';

/** A promise that was not kept. */
export interface Violation {
  readonly what: string;
  /** The run that it is about, if it is about one. */
  readonly run?: string;
}

/** The run and step that an item of a record on `runs`, or a command, names. */
interface About {
  readonly type?: string;
  readonly run: string;
  readonly step: string;
  readonly attempt: number;
}

/** Compares what Kafka, PostgreSQL and the bank hold with what has to be there, given what was asked for. */
export function violationsOf(requests: readonly Request[], evidence: Evidence): readonly Violation[] {
  const expected = new Map(requests.map(({ run, input }) => [run, expectationOf(run, input)]));
  return [
    ...runViolations(expected, evidence),
    ...repetitions(evidence),
    ...wastedAttempts(expected, evidence),
    ...bankViolations(expected, evidence),
    ...repeatedCalls(expected, evidence),
    ...letterViolations(expected, evidence),
    ...poisonViolations(evidence),
    ...fuzzViolations(evidence),
    ...lagViolations(evidence),
    ...(evidence.otherReader ?? []).map((what) => ({ what: `Two readers differ: ${what}` })),
  ];
}

const isPoison = ({ headers }: Incoming): boolean => headerText(headers, POISON) !== undefined;
const isFuzzed = ({ headers }: Incoming): boolean => headerText(headers, FUZZED) !== undefined;
/** A stage answers a command of the fuzzer as any other, and its answer tells of a run that nobody asked for. */
const answersFuzzed = ({ value }: Incoming): boolean => value?.includes(`"run":"${NOBODY}"`) ?? false;
/** Made by the harness to do harm, or what a service said to that. */
export const isHostile = (record: Incoming): boolean => isPoison(record) || isFuzzed(record) || answersFuzzed(record);
const parsed = <T>({ value }: Incoming): T => JSON.parse(present(value, 'value of the record').toString()) as T;

function runViolations(expected: ReadonlyMap<string, Expected>, { runs, results }: Evidence): Violation[] {
  const found: Violation[] = [];
  for (const one of expected.values()) {
    const run = runs.get(one.run);
    if (!run) found.push({ run: one.run, what: 'was asked for and accepted, and is not there' });
    else found.push(...historyViolations(one, run));
  }
  for (const id of runs.keys())
    if (!expected.has(id)) found.push({ run: id, what: 'is there and was never asked for' });

  const byRun = grouped(
    results.filter((record) => !isHostile(record)).map((record) => parsed<RunResult>(record)),
    ({ run }) => run,
  );
  for (const [run, all] of byRun) {
    const wanted = expected.get(run);
    if (wanted?.status !== 'completed') found.push({ run, what: 'has a result and should have none' });
    if (all.length > 1) found.push({ run, what: `has ${all.length} records on results` });
    const { total } = (all[0]?.output ?? {}) as { total?: number };
    if (wanted && total !== wanted.total) found.push({ run, what: `came to ${total} instead of ${wanted.total}` });
  }
  for (const { run, status } of expected.values()) {
    if (status === 'completed' && !byRun.has(run)) found.push({ run, what: 'has no record on results' });
  }
  return found;
}

function historyViolations({ run, status, steps, failures }: Expected, stored: StoredRun): Violation[] {
  const found: string[] = [];
  const count = (is: (fact: Fact) => boolean) => stored.facts.filter(is).length;
  if (stored.status !== status) found.push(`is ${stored.status} and should be ${status}`);
  if (count(({ type }) => type === 'run.accepted') !== 1) found.push('was not accepted once');
  if (count(({ type }) => type === 'run.completed') !== (status === 'completed' ? 1 : 0)) {
    found.push('did not end as often as it should');
  }
  if (stored.waits !== (status === 'waiting' ? 1 : 0)) found.push(`waits for ${stored.waits} answers`);
  const results = stored.facts.flatMap((fact) => (fact.type === 'step.completed' ? [fact.step] : []));
  for (const step of new Set([...steps, ...results])) {
    const times = results.filter((name) => name === step).length;
    const wanted = steps.includes(step) ? 1 : 0;
    if (times !== wanted) found.push(`has ${times} results of ${step} recorded instead of ${wanted}`);
  }
  const failed = stored.facts.flatMap((fact) => (fact.type === 'step.failed' ? [fact] : []));
  const ofReserve = failed.filter(({ step }) => step === 'reserve').length;
  if (ofReserve !== failures)
    found.push(`failed ${ofReserve} times at reserve instead of ${failures}: an attempt was wasted`);
  for (const { step, failure } of failed) {
    if (step !== 'reserve') found.push(`failed at ${step}: ${failure.code} ${failure.message}`);
  }
  return found.map((what) => ({ run, what }));
}

/** Every attempt has one outcome on `runs`, and was asked for once. */
function repetitions({ events, commands }: Evidence): Violation[] {
  const name = ({ step, attempt }: About) => `attempt ${attempt} of ${step}`;
  const outcomes = events
    .filter((record) => !isHostile(record))
    .flatMap((record) => parsed<About[]>(record))
    .filter(({ type }) => type === 'step.completed' || type === 'step.failed');
  const asked = commands.filter((record) => !isHostile(record)).map((record) => parsed<About>(record));
  const repeated = (what: string, all: readonly About[]): Violation[] =>
    [...grouped(all, (one) => `${one.run} ${name(one)}`).values()].flatMap(([first, ...more]) =>
      first && more.length > 0 ? [{ run: first.run, what: `${name(first)} ${what} ${more.length + 1} times` }] : [],
    );
  return [...repeated('has an outcome on runs', outcomes), ...repeated('was asked for', asked)];
}

/** Every step is asked for as often as it has to be tried: nobody's end, in order or not, costs an attempt. */
function wastedAttempts(expected: ReadonlyMap<string, Expected>, { commands }: Evidence): Violation[] {
  const asked = commands.filter((record) => !isHostile(record)).map((record) => parsed<About>(record));
  const counts = grouped(asked, ({ run, step }) => `${run} ${step}`);
  return [...expected.values()].flatMap(({ run, steps, failures }) =>
    [...new Set([...steps, 'reserve'])].flatMap((step) => {
      const wanted = (steps.includes(step) ? 1 : 0) + (step === 'reserve' ? failures : 0);
      const times = counts.get(`${run} ${step}`)?.length ?? 0;
      return times === wanted ? [] : [{ run, what: `had ${times} attempts at ${step} instead of ${wanted}` }];
    }),
  );
}

function bankViolations(expected: ReadonlyMap<string, Expected>, { bank, runs }: Evidence): Violation[] {
  const found: Violation[] = bank.conflicts.map((key) => ({ what: `${key} was charged with two totals` }));
  const keys = new Set(bank.payments.keys());
  for (const { run, status, total } of expected.values()) {
    const key = stepIdempotencyKey(run, 'pay');
    const payment = bank.payments.get(key);
    keys.delete(key);
    if (!payment && status === 'completed') found.push({ run, what: 'was never charged' });
    if (payment && status !== 'completed') found.push({ run, what: 'was charged and should not be' });
    if (!payment) continue;
    if (payment.total !== total) found.push({ run, what: `was charged ${payment.total} instead of ${total}` });
    const paid = runs.get(run)?.facts.find((fact) => fact.type === 'step.completed' && fact.step === 'pay');
    const receipt = paid?.type === 'step.completed' ? (paid.output as { receipt: string }).receipt : undefined;
    if (paid && receipt !== payment.receipt)
      found.push({ run, what: `has ${receipt} recorded, the bank ${payment.receipt}` });
  }
  return [...found, ...[...keys].map((key) => ({ what: `${key} was charged and belongs to no run` }))];
}

/**
 * Members come and go, and nobody does again what another process could finish: a call is repeated only where the process
 * in whose hands it was has been killed.
 */
function repeatedCalls(expected: ReadonlyMap<string, Expected>, { bank, changes }: Evidence): Violation[] {
  if (!changes) return [];
  const { runs, killed, interrupted } = changes;
  if (interrupted === 0) return [{ what: 'No process that was told to end had a call under way: nothing was tested' }];
  return [...runs].flatMap((run) => {
    const { steps, failures } = present(expected.get(run), `expectation of ${run}`);
    return [...new Set([...steps, 'reserve'])].flatMap((step) => {
      const callers = bank.calls.get(stepIdempotencyKey(run, step)) ?? [];
      const wanted = (steps.includes(step) ? 1 : 0) + (step === 'reserve' ? failures : 0);
      const excused = callers.filter((caller) => killed.has(caller)).length;
      return callers.length - excused <= wanted && callers.length >= wanted
        ? []
        : [
            {
              run,
              what: `called for ${step} ${callers.length} times instead of ${wanted}, from ${callers.join(', ')}`,
            },
          ];
    });
  });
}

/** Steps that were parked, on the topic and in the store. */
function letterViolations(expected: ReadonlyMap<string, Expected>, { deadLetters, letters }: Evidence): Violation[] {
  const found: Violation[] = [];
  const parked = deadLetters.filter((record) => !isHostile(record)).map((record) => parsed<{ run?: string }>(record));
  const onTopic = grouped(parked, ({ run }) => run ?? 'no run');
  const stored = grouped(
    letters.filter(({ run }) => run !== null),
    ({ run }) => String(run),
  );
  for (const run of new Set([...onTopic.keys(), ...stored.keys(), ...expected.keys()])) {
    const wanted = expected.get(run)?.status === 'dead-lettered' ? 1 : 0;
    const counts = [onTopic.get(run)?.length ?? 0, stored.get(run)?.length ?? 0];
    if (counts.some((count) => count !== wanted)) {
      found.push({
        run,
        what: `has ${counts[0]} dead letters on the topic and ${counts[1]} stored instead of ${wanted}`,
      });
    }
  }
  return found;
}

/** Returns the unreadable records that are not among the dead letters exactly once, with their key and bytes, and stored. */
function poisonViolations({ intake, events, commands, deadLetters, letters }: Evidence): Violation[] {
  const found: Violation[] = [];
  const stored = new Set(letters.map(({ id }) => id));
  const origin = (topic: string, partition: number | string, offset: number | string) =>
    `${topic}/${partition}/${offset}`;
  const text = (record: Incoming, name: string) => headerText(record.headers, name) ?? '';
  const byOrigin = grouped(
    deadLetters.filter((record) => isPoison(record) && text(record, UNREADABLE.topic) !== ''),
    (one) => origin(text(one, UNREADABLE.topic), text(one, UNREADABLE.partition), text(one, UNREADABLE.offset)),
  );
  for (const record of [...intake, ...events, ...commands].filter(isPoison)) {
    const from = origin(record.topic, record.partition, record.offset);
    const copies = byOrigin.get(from) ?? [];
    byOrigin.delete(from);
    if (copies.length !== 1)
      found.push({
        what: `The poison at ${from} is ${copies.length} times among the dead letters`,
      });
    for (const letter of copies) {
      if (!(same(letter.value, record.value) && same(letter.key, record.key))) {
        found.push({ what: `The poison at ${from} has other bytes among the dead letters` });
      }
      if (!stored.has(text(letter, UNREADABLE.deadLetter))) found.push({ what: `The poison at ${from} is not stored` });
    }
  }
  return [
    ...found,
    ...[...byOrigin.keys()].map((from) => ({ what: `A dead letter comes from ${from}, where no poison is` })),
  ];
}

/** Checks that each record of the fuzzer that nobody could read is among the dead letters, with its bytes. */
function fuzzViolations({ intake, events, commands, deadLetters }: Evidence): Violation[] {
  const markOf = ({ headers }: Incoming): string => present(headerText(headers, FUZZED), 'mark of the fuzzer');
  const letters = grouped(deadLetters.filter(isFuzzed), markOf);
  return [...intake, ...events, ...commands].filter(isFuzzed).flatMap((record) => {
    const from = `${record.topic}/${record.partition}/${record.offset}`;
    const copies = letters.get(markOf(record)) ?? [];
    if (copies.length === 0 && !isJson(record.value)) return [{ what: `The fuzzer's record at ${from} is lost` }];
    const other = copies.filter(
      ({ value, headers }) => !same(value, record.value) && headers[UNREADABLE.omitted] === undefined,
    );
    return other.length > 0 ? [{ what: `The fuzzer's record at ${from} has other bytes among the dead letters` }] : [];
  });
}

function isJson(value: Buffer | null): boolean {
  try {
    JSON.parse(String(value));
    return value !== null;
  } catch {
    return false;
  }
}

const same = (a: Buffer | null, b: Buffer | null): boolean => (a === null || b === null ? a === b : a.equals(b));

function lagViolations({ lag }: Evidence): Violation[] {
  return lag
    .filter(({ committed, end, backlog }) => (committed ?? 0) !== end || backlog !== 0)
    .map(({ group, partition, committed, end }) => ({
      what: `${group} stands at ${committed} of ${end} in partition ${partition}`,
    }));
}

function grouped<T>(items: readonly T[], by: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const group = groups.get(by(item));
    if (group) group.push(item);
    else groups.set(by(item), [item]);
  }
  return groups;
}
