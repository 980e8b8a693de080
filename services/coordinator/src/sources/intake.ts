import { type Batch, type Incoming, type OrderedSource, type Outgoing, partitionFor } from '@millrace/broker';
import { deadLetterIdOf, type Failure, unreadable } from '@millrace/contracts';
import type { LoadedPlan } from '@millrace/pipeline/engine';
import { accept, type Decision, withSlot, slotChangesOf, slotWanted, type Run, wakeAtOf } from '@millrace/saga';
import { parkingOf } from '@millrace/runtime';
import type { RunChange } from '@millrace/store';
import { answerBytes } from '../answers/answer.js';
import { AnswerBudget } from '../answers/answer-budget.js';
import { changeOf, deadLettersOf, summaryOf } from '../answers/change.js';
import type { CoordinatorContext } from '../context.js';
import { Positions } from './position.js';
import { answerTo } from '../answers/publishing.js';
import { pipelineOf, readRequest } from './request.js';
import { type RequestedRun, reusedKeys } from './reused-keys.js';
import { BatchSpans, tellAgain } from '../run-spans.js';
import { signalChanges } from './signals.js';

/** More slots than any pipeline has runs. */
const MOST_SLOTS = 2_000_000_000;

interface Accepted {
  readonly request: Parameters<typeof accept>[0];
  readonly decision: Decision;
  readonly plan: LoadedPlan;
  readonly traceparent: string | undefined;
}

/** Takes what is asked for on `intake` and makes runs of it; what cannot be read becomes a dead letter. */
export function intakeSource(
  context: CoordinatorContext,
  of: { group: string; maxBatch: number; keyIsIdempotent: boolean },
): OrderedSource {
  const { topics, store, plans, cache, telemetry } = context;
  const positions = new Positions({ ...context, group: of.group });

  async function take(batch: Batch): Promise<readonly Outgoing[]> {
    const at = context.now();
    const partitions = await context.broker.partitionsOf(topics.runs);
    const spans = new BatchSpans(context);
    const takenMs = telemetry.spans.now();
    const planFor = await plans.forRuns(batch.records.flatMap((record) => pipelineOf(record) ?? []));
    const accepted = new Map<string, Accepted>();
    const asked: RequestedRun[] = [];
    const unread: Outgoing[] = [];
    const parked = (record: Incoming, failure: Failure): Outgoing => {
      telemetry.meters.parked.add(1, { topic: topics.intake, code: failure.code });
      const letter = { group: of.group, failure, at, maxBytes: context.broker.maxRecordBytes };
      return { topic: topics.deadLetters, ...unreadable(record, letter) };
    };
    for (const record of batch.records) {
      const reading = readRequest(record, planFor, { at, keyIsIdempotent: of.keyIsIdempotent });
      if ('failure' in reading) {
        unread.push(parked(record, reading.failure));
        continue;
      }
      const { request, plan, traceparent } = reading;
      asked.push({ record, request });
      if (!accepted.has(request.run)) {
        accepted.set(request.run, {
          request,
          decision: accept(request, plan, { maxItems: context.maxItems }),
          plan,
          traceparent,
        });
      }
    }
    const summaries = [...accepted.values()].map(({ decision: { run }, plan }) => ({
      ...summaryOf(run, plan),
      wakeAt: wakeAtOf(run, plan),
      // One that is to begin later wants its slot then.
      slot: run.held ? undefined : wanted(run, plan),
    }));
    let records: Outgoing[] = unread;
    let made: Accepted[] = [];
    let signals: ReturnType<typeof signalChanges>;
    let slots: ReturnType<typeof slotChangesOf>;
    const startMs = telemetry.spans.now();
    await store.writer.create(summaries, ({ made: created, slots: given, before }) => {
      const budget = new AnswerBudget(context.maxAnswerBytes, context.broker.maxRecordBytes);
      const reused = reusedKeys(asked, { before }).map(({ record, failure }) => parked(record, failure));
      budget.spend(unread);
      budget.spend(reused);
      const answers = [...accepted.values()]
        .filter(({ decision }) => created.has(decision.run.id))
        .map((one) => withSlot(one, given.get(one.decision.run.id)))
        .map((one) => ({ one, answer: answerFor(one, { spans, budget }) }));
      made = answers.map(({ one, answer }) => ({ ...one, decision: answer.decision }));
      const changes = made.map(({ decision, plan }): RunChange => ({
        ...changeOf(undefined, decision, plan),
        // The row has been made; having no slot, or a request that no record could hold, has changed the run since.
        row: decision.run !== accepted.get(decision.run.id)?.decision.run,
      }));
      signals = signalChanges([], changes, at);
      // A run that is over at once, as one of values alone is, leaves its slot to the next.
      slots = slotChangesOf(
        made.filter(({ decision: { run } }) => run.endedAt !== undefined),
        at,
      );
      records = [...unread, ...reused, ...answers.flatMap(({ answer }) => answer.records)];
      return {
        topic: batch.topic,
        partition: batch.partition,
        expected: positions.expectedAt(batch.partition),
        next: batch.next,
        changes,
        slots,
        signals,
        deadLetters: made.flatMap(({ decision, plan }) => deadLettersOf(decision.run, decision.facts, plan)),
        redriven: batch.records.flatMap(({ headers }) => deadLetterIdOf(headers) ?? []),
        answer: answerBytes(records),
      };
    });
    positions.moved(batch.partition, batch.next);
    if (signals || slots) context.wakeBy(at);
    for (const one of made) remember(one, partitions);
    const told = made.map(({ decision: { run, facts }, traceparent }) => ({
      before: undefined,
      run,
      facts,
      traceparent,
    }));
    await spans.committed(told, { topic: topics.intake, takenMs, startMs });
    return records;
  }

  function answerFor(
    { decision, plan }: Accepted,
    { spans, budget }: { spans: BatchSpans; budget: AnswerBudget },
  ): ReturnType<typeof answerTo> {
    return answerTo(context, decision, { plan, spans, budget });
  }

  /** A run that is known to have begun has had its slot, whoever else has one now. */
  function wanted(run: Run, plan: LoadedPlan): ReturnType<typeof slotWanted> {
    const slot = slotWanted(run, plan);
    return slot && context.recovering?.hasBegun(run.id) ? { ...slot, limit: MOST_SLOTS } : slot;
  }

  function remember({ decision: { run }, plan }: Accepted, partitions: number): void {
    const partition = partitionFor(run.id, partitions);
    const wakeAt = wakeAtOf(run, plan);
    if (cache.owns(partition)) cache.set(partition, { run, wakeAt });
    if (wakeAt !== undefined) context.wakeBy(wakeAt);
    context.runs.add(1, { pipeline: run.pipeline, status: 'accepted' });
  }

  return {
    topic: topics.intake,
    group: of.group,
    maxBatch: of.maxBatch,
    opened: async (at) => {
      const unpublished = await positions.open(at);
      if (unpublished) await tellAgain(context, unpublished.records);
      return unpublished;
    },
    passed: (at) => positions.pass(at),
    take,
    parking: parkingOf(context, of),
  };
}
