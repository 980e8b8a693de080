import type { z } from 'zod';
import type { Channel } from './channel.js';
import { channels } from './channels.js';
import { EVENT_TYPE, HEADER } from '../records/headers.js';
import { isRunId } from '../records/of-step.js';
import { topicsOf } from '../records/topics.js';
import { detailsOf } from '../failures.js';
import { readJson, RECORD_DEPTH } from '../values/json.js';

/** One thing that a record says: its type, and the run and the step that it is about. */
export interface EnvelopeItem {
  readonly type?: string;
  readonly run?: string;
  readonly step?: string;
}

/** The meaning of a record of one of Millrace's topics. */
export interface Envelope {
  /** The name of the records of its topic, such as `runs` or `stage`. */
  readonly channel: string;
  /** The first of its items; several where the events of one commit travel together. */
  readonly items: readonly EnvelopeItem[];
  /** The number of all items. */
  readonly total: number;
  /** The reason for which the value is not what the topic is for. It may quote the value. */
  readonly fault?: string;
}

interface Given {
  readonly value: Uint8Array | null;
  readonly key: string | undefined;
  /** Returns the text of a header. */
  readonly header: (name: string) => string | undefined;
}

const MOST_ITEMS = 20;

/** Knows Millrace's topics by name: what they are for, and how their records are read. */
export class Envelopes {
  private readonly byAddress: ReadonlyMap<string, Channel>;
  private readonly stages: string;

  constructor(prefix: string) {
    this.byAddress = new Map(channels(prefix).map((channel) => [channel.address, channel]));
    this.stages = topicsOf(prefix).stage('');
  }

  /** Returns the channel of a topic; undefined for a topic that is none of Millrace's. */
  channelOf(topic: string): Pick<Channel, 'name' | 'description'> | undefined {
    return this.found(topic);
  }

  /** Returns the stage whose commands a topic holds. */
  stageOf(topic: string): string | undefined {
    return topic.startsWith(this.stages) && !this.byAddress.has(topic) ? topic.slice(this.stages.length) : undefined;
  }

  /** Reads a record; undefined where its topic is none of Millrace's. */
  read(topic: string, { value, key, header }: Given): Envelope | undefined {
    const channel = this.found(topic);
    if (!channel) return undefined;
    const type = header(HEADER.type);
    const whose = { type, run: runOf(header(HEADER.subject)) ?? runOf(key) };
    const plain = { channel: channel.name, items: [itemOf({}, whose)], total: 1 };
    // A tombstone says that the key is over; a record that nobody could read is parked as it came.
    if (value === null || type === EVENT_TYPE.recordDeadLettered) return plain;
    const { value: parsed, fault } = readJson(value, { maxDepth: RECORD_DEPTH });
    if (fault) return { ...plain, fault: `${fault.pointer || '/'}: ${fault.detail}` };
    const items: readonly unknown[] = Array.isArray(parsed) ? parsed : [parsed];
    const misfit = misfitOf(channel.payload, parsed);
    return {
      channel: channel.name,
      items: items.slice(0, MOST_ITEMS).map((item) => itemOf(item, whose)),
      total: items.length,
      ...(misfit !== undefined && { fault: misfit }),
    };
  }

  private found(topic: string): Channel | undefined {
    return this.byAddress.get(topic) ?? (this.stageOf(topic) ? this.byAddress.get(`${this.stages}{stage}`) : undefined);
  }
}

const runOf = (value: unknown): string | undefined => (isRunId(value) ? value : undefined);

function itemOf(item: unknown, whose: EnvelopeItem): EnvelopeItem {
  const fields = Object(item) as Readonly<Record<string, unknown>>;
  const text = (name: string): string | undefined => {
    const value = fields[name];
    return typeof value === 'string' && value.length <= 200 ? value : undefined;
  };
  const [type, run, step] = [text('type') ?? whose.type, runOf(fields['run']) ?? whose.run, text('step')];
  return {
    ...(type !== undefined && { type }),
    ...(run !== undefined && { run }),
    ...(step !== undefined && { step }),
  };
}

function misfitOf(payload: z.ZodType, value: unknown): string | undefined {
  const { error } = payload.safeParse(value);
  const [first] = error ? detailsOf(error) : [];
  return first && `${first.pointer || '/'}: ${first.detail}`;
}
