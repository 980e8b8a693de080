import type { Outgoing } from '@millrace/broker';
import { HEADER, headerText, UNREADABLE } from '@millrace/contracts';
import type { Accepted, ActBody, DeadLetterView } from '@millrace/contracts/http';
import type { Runtime } from '@millrace/runtime';
import type { DeadLetter, StoreReader } from '@millrace/store';
import { type Acts, notNow } from '../runs/acts.js';
import type { StoredPlans } from '../pipelines/plans.js';
import { RequestProblem } from '../http/problems.js';
import { writersOf } from './read-topics.js';
import { failureView, timeOf } from '../runs/shown.js';

interface Needs {
  readonly runtime: Runtime;
  readonly reader: Pick<StoreReader, 'deadLetter' | 'deployed'>;
  readonly plans: StoredPlans;
  readonly acts: Acts;
}

/** Sends dead letters on again. */
export class DeadLetters {
  constructor(private readonly needs: Needs) {}

  /** @throws {RequestProblem} UNKNOWN_DEAD_LETTER */
  async find(id: string): Promise<DeadLetter> {
    const letter = await this.needs.reader.deadLetter(id);
    if (!letter) throw new RequestProblem('UNKNOWN_DEAD_LETTER', `There is no dead letter ${id.slice(0, 100)}.`);
    return letter;
  }

  /** Sends it on again: the stored original, never what is shown of it. */
  async redrive(id: string, act: ActBody): Promise<Accepted> {
    const letter = await this.find(id);
    if (letter.status !== 'open') throw notNow(`${id} is ${letter.status} already.`);
    if (letter.record) {
      await this.republish(letter.id, letter.record);
      return { id, links: { self: `/v1/dead-letters/${id}` } };
    }
    if (letter.run === undefined || letter.step === undefined) throw notNow(`${id} has neither a step nor a record.`);
    return this.needs.acts.redrive({ run: letter.run, step: letter.step, deadLetter: id }, act);
  }

  private async republish(id: string, record: Stored): Promise<void> {
    const { broker, topics } = this.needs.runtime;
    const { key, value, headers } = await this.trusted(record);
    const redrives = Number(headerText(headers, UNREADABLE.redrives) ?? 0);
    // Sent on twice, a record on intake without a key of its own would become two runs.
    const keyed = HEADER.idempotencyKey in headers || HEADER.id in headers;
    await broker.publish([
      {
        topic: record.topic,
        // Without a key nothing but its place says which runs it is about.
        ...(key === null && { partition: await this.partitionOf(record) }),
        key,
        value,
        headers: {
          ...headers,
          ...(record.topic === topics.intake && !keyed && { [HEADER.idempotencyKey]: id }),
          [UNREADABLE.deadLetter]: id,
          [UNREADABLE.redrives]: String(Number.isSafeInteger(redrives) ? redrives + 1 : 1),
        },
      },
    ]);
  }

  /** The partition that a record came from, where the topic still has it. */
  private async partitionOf({ topic, partition }: Stored): Promise<number | undefined> {
    return partition < (await this.needs.runtime.broker.partitionsOf(topic)) ? partition : undefined;
  }

  /**
   * Returns the original record if it may be sent again. Whoever writes to `dead-letters` names topic and bytes, so only what Millrace takes records from is written to, and where few may
   * write, only a record that stands there already is sent again.
   * @throws {RequestProblem} REDRIVE_REFUSED
   */
  private async trusted(record: Stored): Promise<Original> {
    const topic = `The topic ${record.topic.slice(0, 249)}`;
    const writers = await writersOf(record.topic, this.needs);
    if (!writers) throw new RequestProblem('REDRIVE_REFUSED', `${topic} is none that Millrace takes records from.`);
    const original = await this.original(record);
    if (original) return original;
    if (writers === 'anybody') return stored(record);
    const at = `partition ${record.partition}, offset ${record.offset}`;
    throw new RequestProblem(
      'REDRIVE_REFUSED',
      `${topic} no longer has the record that the dead letter names (${at}).`,
    );
  }

  /** As the log still has it: with headers that are no text, or that were sent more than once. */
  private async original({ topic, partition, offset, timestamp }: Stored): Promise<Original | undefined> {
    const found = await this.needs.runtime.broker.browse({ topic, partition, offset, limit: 1 }).catch(() => []);
    return found.find((record) => record.offset === offset && record.timestamp === timestamp);
  }
}

type Stored = NonNullable<DeadLetter['record']>;
type Original = Pick<Outgoing, 'key' | 'value'> & { readonly headers: NonNullable<Outgoing['headers']> };

function stored({ key, value, headers }: Stored): Original {
  const bytes = (base64: string | null) => (base64 === null ? null : Buffer.from(base64, 'base64'));
  return { key: bytes(key), value: bytes(value), headers };
}

export function deadLetterView(letter: DeadLetter): DeadLetterView {
  const { id, status, run, pipeline, step, stage, attempts, input, record } = letter;
  return {
    id,
    status,
    at: timeOf(letter.at),
    failure: failureView(letter.failure),
    ...(run !== undefined && { run }),
    ...(pipeline !== undefined && { pipeline }),
    ...(step !== undefined && { step }),
    ...(stage !== undefined && { stage }),
    attempts,
    ...(input !== undefined && { input }),
    ...(record && { record: { ...record, timestamp: timeOf(record.timestamp) } }),
    allowedActions: status === 'open' ? ['redrive'] : [],
    links: {
      self: `/v1/dead-letters/${id}`,
      ...(run !== undefined && { run: `/v1/runs/${run}`, page: `/runs/${run}` }),
    },
  };
}
