import type { Broker, Incoming } from '@millrace/broker';
import {
  deadLetterIdOf,
  HEADER,
  headerText,
  readEvents,
  readJson,
  RECORD_DEPTH,
  type RunEvent,
  type Topics,
} from '@millrace/contracts';
import { pagesSince } from './scan.js';

/** The decisions since a time that the topics hold: none of them is published again. */
export interface Evidence {
  /** Runs whose end stands on `results`. */
  readonly ended: Set<string>;
  /** Runs of which a stage was asked something. */
  readonly begun: Set<string>;
  /** Dead letters, commands and events, by a name that is the same whenever they are made. */
  readonly said: Set<string>;
  /** By run, the plan that its earliest command or its result names, and when that was. */
  readonly plans: Map<string, { readonly plan: string; readonly at: number }>;
}

interface Scan {
  readonly broker: Pick<Broker, 'browse' | 'lag'>;
  readonly topics: Topics;
  /** Any that may be asked about. */
  readonly group: string;
  readonly stages: Iterable<string>;
  /** In milliseconds since the epoch. */
  readonly since: number;
}

export async function evidenceOf({ broker, topics, group, stages, since }: Scan): Promise<Evidence> {
  const evidence: Evidence = { ended: new Set(), begun: new Set(), said: new Set(), plans: new Map() };
  const read = async (topic: string, see: (record: Incoming) => void) => {
    for await (const page of pagesSince(broker, { topic, group, since })) page.forEach(see);
  };
  await read(topics.results, ({ value }) => {
    const run = learnPlan(evidence, value);
    if (run !== undefined) evidence.ended.add(run);
  });
  await read(topics.deadLetters, ({ headers }) => {
    const id = deadLetterIdOf(headers) ?? headerText(headers, HEADER.id);
    if (id !== undefined) evidence.said.add(id);
  });
  for (const stage of stages)
    await read(topics.stage(stage), ({ headers, value }) => {
      const id = headerText(headers, HEADER.id);
      if (id !== undefined) evidence.said.add(id);
      const run = learnPlan(evidence, value);
      if (run !== undefined) evidence.begun.add(run);
    });
  await read(topics.runs, ({ value }) => {
    for (const { event } of readEvents(value).events) evidence.said.add(eventName(event));
  });
  return evidence;
}

/** Names an event by what it is about: the same decision makes it with the same name, at whatever time. */
export function eventName(event: RunEvent): string {
  const { step = '', attempt = '' } = event as { step?: string; attempt?: number };
  return [event.run, event.type, step, attempt].join(' ');
}

/** Learns which plan a command or a result is of. Returns its run. */
function learnPlan({ plans }: Evidence, value: Buffer | null): string | undefined {
  const { value: given } = readJson(value ?? '', { maxDepth: RECORD_DEPTH });
  const { run, plan, at, endedAt } = (given ?? {}) as Readonly<Record<string, unknown>>;
  if (typeof run !== 'string' || typeof plan !== 'string') return undefined;
  const time = [at, endedAt].find((one) => typeof one === 'number') ?? 0;
  if ((plans.get(run)?.at ?? Infinity) > time) plans.set(run, { plan, at: time });
  return run;
}
