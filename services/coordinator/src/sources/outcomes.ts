import type { Incoming, OrderedSource, Outgoing } from '@millrace/broker';
import { derivedId, failure, type Failure, readOutcome, TimeMs, unreadable } from '@millrace/contracts';
import { parkingOf } from '@millrace/runtime';
import type { ReportedOutcome } from '@millrace/store';
import type { CoordinatorContext } from '../context.js';

type Needs = Pick<CoordinatorContext, 'broker' | 'topics' | 'store' | 'telemetry' | 'now'>;

/** Keeps what became of runs later. An outcome of which no run is found is a dead letter, which can be redriven. */
export function outcomesSource(
  { broker, topics, store, telemetry, now }: Needs,
  { group, maxBatch }: { group: string; maxBatch: number },
): OrderedSource {
  const topic = topics.outcomes;

  function parked(record: Incoming, why: Failure): Outgoing {
    telemetry.meters.parked.add(1, { topic, code: why.code });
    return {
      topic: topics.deadLetters,
      ...unreadable(record, { group, failure: why, at: now(), maxBytes: broker.maxRecordBytes }),
    };
  }

  return {
    ...{ topic, group, maxBatch, parking: parkingOf({ broker, topics, telemetry }, { group, now }) },
    async take({ records }) {
      const answers: Outgoing[] = [];
      const reported = new Map<ReportedOutcome, Incoming>();
      for (const record of records) {
        const read = readOutcome(record.value);
        if ('failure' in read) answers.push(parked(record, read.failure));
        else reported.set({ ...read.outcome, ...identityOf(record, read.outcome.id, now()) }, record);
      }
      if (reported.size === 0) return answers;
      for (const outcome of await store.outcomes.keep([...reported.keys()])) {
        const record = reported.get(outcome);
        if (record) answers.push(parked(record, unmatched(outcome)));
      }
      return answers;
    },
  };
}

/** Returns the id of an outcome, the sender’s or that of its place in the topic, and its time: that of the record, where it has one. */
function identityOf(
  { topic, partition, offset, timestamp }: Incoming,
  id: string | undefined,
  now: number,
): Pick<ReportedOutcome, 'id' | 'at'> {
  const from = id === undefined ? [topic, String(partition), String(offset), String(timestamp)] : [id];
  return { id: derivedId('out', ...from), at: TimeMs.safeParse(timestamp).data ?? now };
}

const unmatched = ({ run, attribute }: ReportedOutcome): Failure =>
  run === undefined
    ? failure('OUTCOME_UNMATCHED', `No run has the attribute ${attribute?.name ?? ''} with the value of the record.`)
    : failure('UNKNOWN_RUN', `The outcome is one of ${run}, which was never accepted here.`);
