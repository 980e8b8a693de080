import type { Outgoing } from '@millrace/broker';
import {
  derivedId,
  derivedSpanId,
  type Fact,
  readEvents,
  readTraceparent,
  traceIdsOf,
  traceparentText,
} from '@millrace/contracts';
import { evolve, type AttemptRequest, type Rested, type Run, runTraceOf } from '@millrace/saga';
import { messagingSystemOf, stepAttributes } from '@millrace/runtime';
import {
  ATTRIBUTE,
  SPAN,
  type SpanAttributes,
  type SpanContext,
  type SpanRecord,
  type Spans,
} from '@millrace/telemetry';
import type { CoordinatorContext } from './context.js';
import { type Pause, pausesOf } from './step-pauses.js';

/** A record's time is a whole millisecond: a span that begins with it begins at its start, one that ends with it at its end. */
const REST_OF_MS = 0.999;

/** A run in a batch, before and after. */
interface Changed {
  /** Undefined where the run began with the batch. */
  readonly before: Run | undefined;
  readonly run: Run;
  readonly facts: readonly Fact[];
  /** The context that its request came with. */
  readonly traceparent?: string | undefined;
}

/** The spans of one batch. What it says of commands is kept until the store has the batch: a batch that fails comes again. */
export class BatchSpans {
  private readonly sends: SpanRecord[] = [];

  constructor(private readonly context: Pick<CoordinatorContext, 'telemetry' | 'topics' | 'broker'>) {}

  /** Returns what a command travels under, and the span of its sending for its links. */
  sending(run: Run, { step, stage, ownAttempt }: AttemptRequest): { traceparent: string; links: readonly string[] } {
    const { spans } = this.context.telemetry;
    const traceparent = commandTraceparent(spans, run);
    if (!spans.on) return { traceparent, links: [] };
    const sent = spans.context(traceparent);
    const startMs = spans.now();
    const topic = this.context.topics.stage(stage);
    this.sends.push({
      context: sent,
      name: SPAN.send(topic),
      kind: 'producer',
      startMs,
      endMs: startMs,
      attributes: {
        ...this.messaging('send', topic),
        ...runAttributes(run),
        ...stepAttributes(step),
        [ATTRIBUTE.conversation]: run.id,
        [ATTRIBUTE.attempt]: ownAttempt,
      },
    });
    return { traceparent, links: [sent.traceparent] };
  }

  /** To be called when the store has the batch. Resolves when what belongs to the runs themselves is delivered. */
  async committed(changed: readonly Changed[], at: { topic: string; startMs: number; takenMs: number }): Promise<void> {
    const { spans } = this.context.telemetry;
    if (!spans.on) return;
    const endMs = spans.now();
    for (const send of this.sends) spans.record({ ...send, endMs });
    const told: SpanRecord[] = [];
    for (const one of changed) {
      const { run, before } = one;
      const contexts = contextsOf(spans, run);
      told.push(...tellingOf(spans, run, before));
      const record = (span: Omit<SpanRecord, 'context'>) =>
        spans.record({ ...span, context: spans.context(contexts.accepted.traceparent) });
      if (!before) record(this.taking(one, { ...at, endMs }));
      for (const pause of pausesOf(before, one.facts)) record(pauseSpan(run, pause));
      const attributes = { ...runAttributes(run), ...COMMIT, [ATTRIBUTE.messageCount]: changed.length };
      record({ name: SPAN.commit, kind: 'client', startMs: at.startMs, endMs, attributes });
    }
    await spans.tell(told);
  }

  private taking(
    { run, traceparent }: Changed,
    { topic, takenMs, endMs }: { topic: string; takenMs: number; endMs: number },
  ): Omit<SpanRecord, 'context'> {
    return {
      name: SPAN.process(topic),
      kind: 'consumer',
      startMs: takenMs,
      endMs,
      links: traceparent === undefined ? [] : [traceparent],
      attributes: {
        ...this.messaging('process', topic),
        ...runAttributes(run),
        [ATTRIBUTE.plan]: run.plan,
        [ATTRIBUTE.conversation]: run.id,
      },
    };
  }

  private messaging(operation: 'send' | 'process', topic: string): SpanAttributes {
    return {
      [ATTRIBUTE.messagingSystem]: messagingSystemOf(this.context.broker),
      [ATTRIBUTE.operationType]: operation,
      [ATTRIBUTE.operationName]: operation,
      [ATTRIBUTE.destination]: topic,
    };
  }
}

const COMMIT = { [ATTRIBUTE.databaseSystem]: 'postgresql', [ATTRIBUTE.databaseOperation]: 'COMMIT' };

/** Tells again of the runs whose batch may have been published without their spans: its coordinator died between the two. */
export async function tellAgain(
  context: Pick<CoordinatorContext, 'telemetry' | 'store' | 'topics'>,
  records: readonly Outgoing[],
): Promise<void> {
  const { spans } = context.telemetry;
  if (!spans.on) return;
  const runs = new Set(records.map(({ key }) => String(key ?? '')).filter((key) => key.startsWith('run_')));
  for (const child of childrenThatTold(records, context.topics.runs)) runs.add(child);
  if (runs.size === 0) return;
  const loaded = await context.store.writer.load([...runs]);
  await spans.tell([...loaded].flatMap(([id, facts]) => tellingOf(spans, evolve(undefined, id, facts), undefined)));
}

/** The child runs whose ends the records tell their parents: those records have the parents' keys. */
function childrenThatTold(records: readonly Outgoing[], topic: string): readonly string[] {
  return records.flatMap((record) => {
    if (record.topic !== topic || record.value === null) return [];
    return readEvents(Buffer.from(record.value)).events.flatMap(({ event }) =>
      event.type === 'step.completed' || event.type === 'step.failed'
        ? derivedId('run', event.run, event.step, String(event.attempt))
        : [],
    );
  });
}

/** The spans that belong to the run, as far as they follow from what it has come to since. */
function tellingOf(spans: Spans, run: Run, before: Run | undefined): SpanRecord[] {
  const { root, accepted, links } = contextsOf(spans, run);
  const attributes = runAttributes(run);
  const told: SpanRecord[] = [];
  const ends = run.endedAt !== undefined && before?.endedAt === undefined;
  const rests = run.rested !== undefined && before?.rested === undefined;
  if (!before || (ends && run.rested)) {
    const at = run.acceptedAt;
    told.push({
      context: accepted,
      name: SPAN.accepted,
      kind: 'internal',
      startMs: at,
      endMs: at,
      isMoment: true,
      attributes,
    });
  }
  const span = { kind: 'internal', startMs: run.acceptedAt } as const;
  const end = endOf(run);
  const rest = run.rested ?? end;
  if (rest && (rests || ends)) {
    const { at, status, failed } = rest;
    const said = { ...attributes, [ATTRIBUTE.status]: status };
    told.push({
      ...span,
      context: root,
      name: SPAN.run(run.pipeline),
      endMs: at + REST_OF_MS,
      links,
      attributes: said,
      failed,
    });
  }
  if (end && ends && run.rested) {
    const { at, status, failed } = end;
    const spanId = derivedSpanId('whole', run.id, String(at));
    const context = spans.derived({ traceId: accepted.traceId, spanId, parent: accepted.traceparent });
    const said = { ...attributes, [ATTRIBUTE.status]: status };
    told.push({ ...span, context, name: SPAN.whole, endMs: at + REST_OF_MS, attributes: said, failed });
  }
  return told;
}

const endOf = (run: Run): Rested | undefined =>
  run.endedAt === undefined
    ? undefined
    : { at: run.endedAt, status: run.status, failed: run.status === 'failed' ? run.failed?.failure.code : undefined };

interface Contexts {
  readonly root: SpanContext;
  readonly accepted: SpanContext;
  readonly links: readonly string[];
}

function contextsOf(spans: Spans, run: Run): Contexts {
  const { traceId, rootSpanId, acceptedSpanId, parent, links } = runTraceOf(run);
  const root = spans.derived({ traceId, spanId: rootSpanId, parent });
  return { root, accepted: spans.derived({ traceId, spanId: acceptedSpanId, parent: root.traceparent }), links };
}

/** Returns what a run's commands travel under. */
function commandTraceparent(spans: Spans, run: Run): string {
  if (spans.on) return contextsOf(spans, run).accepted.traceparent;
  if (run.trace === undefined && !run.parent) {
    const { traceId, acceptedSpanId: spanId } = traceIdsOf(run.id);
    return traceparentText({ traceId, spanId, sampled: true });
  }
  const { traceId, acceptedSpanId: spanId } = runTraceOf(run);
  return traceparentText({ traceId, spanId, sampled: readTraceparent(run.trace ?? '')?.sampled ?? true });
}

/** The traceparent of the span of a whole run. */
export function rootTraceparent(run: Run): string {
  const { traceId, rootSpanId: spanId, parent } = runTraceOf(run);
  return traceparentText({ traceId, spanId, sampled: readTraceparent(parent ?? '')?.sampled ?? true });
}

const runAttributes = (run: Run): SpanAttributes => ({
  [ATTRIBUTE.run]: run.id,
  [ATTRIBUTE.pipeline]: run.pipeline,
});

const pauseSpan = (run: Run, { step, isHit, ...span }: Pause): Omit<SpanRecord, 'context'> => ({
  ...span,
  kind: 'internal',
  attributes: {
    ...runAttributes(run),
    ...stepAttributes(step),
    ...(isHit !== undefined && { [ATTRIBUTE.cacheHit]: isHit }),
  },
});
