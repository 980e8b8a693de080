import type { Outgoing } from '@millrace/broker';
import {
  byWhom,
  eventRecord,
  failure,
  type Failure,
  HEADER,
  headerText,
  type Topics,
  UNREADABLE,
} from '@millrace/contracts';
import { itemOf } from '@millrace/pipeline/engine';
import { evolve, moveOf } from '@millrace/saga';
import type { KeptLetter } from '@millrace/store';
import type { CoordinatorPlans } from '../deployments/plans.js';
import { type ReadTopicsNeeds, writersOf } from './read-topics.js';

type Stored = NonNullable<KeptLetter['record']>;
type Original = Pick<Outgoing, 'key' | 'value'> & { readonly headers: NonNullable<Outgoing['headers']> };

/** The act by which a letter is redriven. */
interface Redrive {
  readonly id: string;
  readonly at: number;
  readonly by?: string | undefined;
  readonly reason?: string | undefined;
  /** The input that the step’s stage gets instead. */
  readonly input?: unknown;
  /** The plan with which the run goes on from the step. */
  readonly plan?: string | undefined;
}

/** Returns the event that sends a parked step on again. */
export function redrivenStep(
  topics: Topics,
  { id, run, step }: { readonly id: string; readonly run: string; readonly step: string },
  { id: act, at, by, reason, input }: Redrive,
): Outgoing {
  const edited = input !== undefined && { input };
  const event = { type: 'step.redriven', run, step, at, deadLetter: id, ...edited, ...byWhom({ by, reason }) } as const;
  return eventRecord(topics, event, { id: `${act}/${id}` });
}

/**
 * Returns what sends a letter on again: the stored original, never what is shown of it; or the reason for which it is not sent. Whoever writes to
 * `dead-letters` names topic and bytes, so only what Millrace takes records from is written to, and where few may write, only a record that
 * stands there already is sent again.
 */
export async function redriveOf(
  letter: KeptLetter,
  redrive: Redrive,
  needs: ReadTopicsNeeds & { readonly plans: Pick<CoordinatorPlans, 'target'> },
): Promise<Outgoing | Failure> {
  const { id, run, step, record } = letter;
  if (!record) {
    if (run === undefined || step === undefined)
      return failure('REDRIVE_REFUSED', `${id} has neither a step nor a record.`);
    return redrive.plan === undefined
      ? redrivenStep(needs.runtime.topics, { id, run, step }, redrive)
      : movedRun({ id, run, step, plan: redrive.plan }, redrive, needs);
  }
  if (redrive.plan !== undefined)
    return failure('REDRIVE_REFUSED', `${id} is a record: it has no run that could go on with another version.`);
  if (redrive.input !== undefined)
    return failure(
      'REDRIVE_REFUSED',
      `${id} is a record, which is sent on as it came: publish the corrected one yourself.`,
    );
  const topic = `The topic ${record.topic.slice(0, 249)}`;
  const writers = await writersOf(record.topic, needs);
  if (!writers) return failure('REDRIVE_REFUSED', `${topic} is none that Millrace takes records from.`);
  const original = await originalOf(record, needs);
  if (original || writers === 'anybody')
    return republished(id, { record, original: original ?? stored(record) }, needs);
  const at = `partition ${record.partition}, offset ${record.offset}`;
  return failure('REDRIVE_REFUSED', `${topic} no longer has the record that the dead letter names (${at}).`);
}

/** Returns the event that moves a run to another plan at its parked step: the step begins anew, and its letter is done with. */
async function movedRun(
  { id, run, step, plan }: { readonly id: string; readonly run: string; readonly step: string; readonly plan: string },
  { id: act, at, by, reason, input }: Redrive,
  { runtime: { topics }, store, plans }: Parameters<typeof redriveOf>[2],
): Promise<Outgoing | Failure> {
  if (input !== undefined)
    return failure(
      'REDRIVE_REFUSED',
      'On another version the step has the input that follows from the run: edit none.',
    );
  const from = itemOf(step)?.step ?? step;
  const record = await store.reader.run(run);
  const target = await plans.target(plan);
  if (!record || !target)
    return failure('MOVE_REFUSED', record ? `There is no plan ${plan}.` : `There is no run ${run}.`);
  const move = moveOf(evolve(undefined, run, record.facts), target, from);
  if ('code' in move) return move;
  const event = {
    type: 'run.move-requested',
    run,
    at,
    to: target.plan.hash,
    from,
    deadLetter: id,
    ...byWhom({ by, reason }),
  } as const;
  return eventRecord(topics, event, { id: `${act}/${id}` });
}

async function republished(
  id: string,
  { record, original }: { readonly record: Stored; readonly original: Original },
  { runtime: { broker, topics } }: ReadTopicsNeeds,
): Promise<Outgoing> {
  const { topic, partition } = record;
  const { key, value, headers } = original;
  const redrives = Number(headerText(headers, UNREADABLE.redrives) ?? 0);
  // Sent on twice, a record on intake without a key of its own would become two runs.
  const keyed = HEADER.idempotencyKey in headers || HEADER.id in headers;
  return {
    topic,
    // Without a key nothing but its partition says which runs it is about.
    ...(key === null && partition < (await broker.partitionsOf(topic)) && { partition }),
    key,
    value,
    headers: {
      ...headers,
      ...(topic === topics.intake && !keyed && { [HEADER.idempotencyKey]: id }),
      [UNREADABLE.deadLetter]: id,
      [UNREADABLE.redrives]: String(Number.isSafeInteger(redrives) ? redrives + 1 : 1),
    },
  };
}

/** Returns the record as the log still has it: with headers that are no text, or that were sent more than once. */
async function originalOf(
  { topic, partition, offset, timestamp }: Stored,
  { runtime: { broker } }: ReadTopicsNeeds,
): Promise<Original | undefined> {
  const found = await broker.browse({ topic, partition, offset, limit: 1 }).catch(() => []);
  const record = found.find((one) => one.offset === offset && one.timestamp === timestamp);
  return record && { key: record.key, value: record.value, headers: record.headers };
}

function stored({ key, value, headers }: Stored): Original {
  const bytes = (base64: string | null) => (base64 === null ? null : Buffer.from(base64, 'base64'));
  return { key: bytes(key), value: bytes(value), headers };
}
