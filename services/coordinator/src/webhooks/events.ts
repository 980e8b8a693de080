import { derivedId, type Fact, timeText, type WebhookBody, type WebhookType } from '@millrace/contracts';
import type { Run } from '@millrace/saga';
import type { DeadLetter, Delivery, Review, RunChange } from '@millrace/store';

interface Happened {
  readonly runs: readonly { readonly run: Run; readonly facts: readonly Fact[] }[];
  readonly changes: readonly Pick<RunChange, 'summary' | 'waits'>[];
  readonly deadLetters: readonly DeadLetter[];
}

const ENDS: ReadonlySet<Fact['type']> = new Set(['run.completed', 'run.failed', 'run.cancelled']);

/** Returns the webhooks that tell what a batch came to. Their ids follow from what they tell, so that a batch which is decided again tells it once. Pure. */
export function deliveriesOf(
  { runs, changes, deadLetters }: Happened,
  types: ReadonlySet<WebhookType> | undefined,
): readonly Delivery[] {
  if (!types) return [];
  const all = [
    ...runs.flatMap(({ run, facts }) => (facts.some(({ type }) => ENDS.has(type)) ? ended(run) : [])),
    ...deadLetters.map(parked),
    ...changes.flatMap(({ waits }) => waits.flatMap((wait) => (wait.kind === 'review' ? [due(wait)] : []))),
  ];
  return all.filter(({ body }) => types.has(body.type));
}

/** Returns the webhook of a run that has ended; none for child runs and trials, of which nobody outside hears. */
function ended({ id, pipeline, status, endedAt, failed, parent, replayOf }: Run): Delivery[] {
  if (endedAt === undefined || parent || replayOf?.trial) return [];
  const code = failed?.failure.code;
  const data = { run: id, pipeline, status, ...(code !== undefined && { code }) };
  return [deliveryOf([id], { type: 'run.ended', run: id, at: endedAt, data })];
}

/** Returns the webhook of a new dead letter. */
function parked({ id, at, run, pipeline, step, failure }: DeadLetter): Delivery {
  const data = {
    deadLetter: id,
    code: failure.code,
    ...(run !== undefined && { run }),
    ...(pipeline !== undefined && { pipeline }),
    ...(step !== undefined && { step }),
  };
  return deliveryOf([id], { type: 'letter.parked', run, at, data });
}

function due({ run, step, pipeline, since, due }: Review): Delivery {
  const data = { run, pipeline, step, ...(due !== undefined && { due: timeText(due) }) };
  return deliveryOf([run, step, String(since)], { type: 'review.due', run, at: since, data });
}

interface Told {
  readonly type: WebhookType;
  readonly run: string | undefined;
  readonly at: number;
  readonly data: WebhookBody['data'];
}

const deliveryOf = (parts: readonly string[], { type, run, at, data }: Told): Delivery => ({
  id: derivedId('msg', type, ...parts),
  run,
  at,
  body: { type, timestamp: timeText(at), data },
});
