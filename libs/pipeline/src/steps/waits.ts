import { z } from 'zod';
import type { Builder } from '../authoring/builder.js';
import type { AnyOptions, Escalation } from '../authoring/definition.js';
import { type Duration, millisecondsOf } from '../authoring/duration.js';
import { jsonSchemaOf } from '../schemas/json-schema.js';
import type { Rendered } from '../plan/mapped.js';
import { PlanError } from '../plan/plan-error.js';
import type { PlanStep, Recipient, WaitStep } from '../plan/plan.js';
import type { Ref } from '../authoring/reference.js';

type WaitOf = AnyOptions & { readonly answer: z.ZodType };

/** A step that waits for an answer: a person's, or a system's. */
export function addWait(
  builder: Builder,
  name: string,
  { kind, answer, ...options }: WaitOf & { kind: 'review' | 'signal' },
): Ref<never> {
  const output = jsonSchemaOf(answer, 'input', `the answer of step "${name}"`);
  const shown = options.show === undefined ? undefined : builder.rendered(options.show, name);
  const people = recipients(builder, name, options);
  const on = options.from && builder.rendered(options.from.on, name);
  const step: WaitStep = {
    kind,
    schema: output as z.core.util.JSONType,
    ...(shown && { show: shown.mapping }),
    ...(options.timeout !== undefined && { timeoutMs: millisecondsOf(options.timeout, name) }),
    ...(options.from && on && { from: { ...options.from, on: on.mapping } }),
    ...people.spec,
    predecessors: [],
    ...builder.common(name, options, answer),
  };
  const waitsFor = builder.waits(
    name,
    options,
    [shown, on, ...people.read].filter((one) => one !== undefined),
  );
  return builder.add(name, { step, output, waitsFor }, options);
}

/** A step that waits for a time. */
export function addSleep(
  builder: Builder,
  name: string,
  { duration, ...options }: AnyOptions & { readonly duration: Duration },
): Ref<never> {
  const ms = millisecondsOf(duration, name);
  const step: PlanStep = { kind: 'sleep', ms, predecessors: [], ...builder.common(name, options, z.null()) };
  return builder.add(name, { step, output: { type: 'null' }, waitsFor: builder.waits(name, options, []) }, options);
}

/** Returns the recipients of a review, and the references that they read. */
function recipients(
  builder: Builder,
  step: string,
  { assignee, group, escalate = [], timeout }: AnyOptions,
): { spec: Pick<WaitStep, 'to' | 'escalate'>; read: readonly Rendered[] } {
  const read: Rendered[] = [];
  const named = (as: 'assignee' | 'group', given: unknown): Recipient => {
    const rendered = builder.rendered(given, step);
    read.push(rendered);
    return { [as]: rendered.mapping } as Recipient;
  };
  const to = (one: { readonly assignee?: unknown; readonly group?: unknown }) =>
    one.assignee === undefined ? named('group', one.group) : named('assignee', one.assignee);
  const later = (Array.isArray(escalate) ? (escalate as readonly Escalation[]) : [escalate as Escalation]).map(
    ({ after, ...one }) => ({ afterMs: millisecondsOf(after, step), to: to(one) }),
  );
  const times = [0, ...later.map(({ afterMs }) => afterMs)];
  if (timeout !== undefined && later.length > 0) times.push(millisecondsOf(timeout, step));
  if (times.some((time, i) => i > 0 && time <= (times[i - 1] ?? 0)))
    throw new PlanError('BAD_ESCALATION', 'its escalations do not come one after the other, before its timeout', step);
  const spec = {
    ...((assignee ?? group) !== undefined && { to: to({ assignee, group }) }),
    ...(later.length > 0 && { escalate: later }),
  };
  return { spec, read };
}
