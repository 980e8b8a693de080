import type { Incoming, Inspection, PartitionRange } from '@millrace/broker';
import type { RecordList } from '@millrace/contracts/http';
import { cursorOf, readCursor } from '../http/cursor.js';
import { RequestProblem } from '../http/problems.js';
import { MOST_PARTITIONS, type RecordsQuery } from '../http/queries.js';
import type { Order } from './partition-reader.js';
import { type Positions, SEARCH_BOUNDS, searchRecords } from './record-search.js';
import { holdsText, recordView } from './record-view.js';
import type { TopicSettings } from './topic-settings.js';
import type { TopicViews } from './topic-views.js';

interface Needs extends TopicSettings {
  readonly broker: Pick<Inspection, 'browse' | 'offsetsAt'>;
  readonly topics: TopicViews;
}

/** Searches that go on at once in one gateway. Each holds a few megabytes. */
const MOST_AT_ONCE = 8;

/** Finds records of topics. It joins no consumer group and moves no offset. */
export class Records {
  private running = 0;

  constructor(private readonly needs: Needs) {}

  /** @throws {RequestProblem} UNKNOWN_TOPIC, INVALID_REQUEST, INVALID_CURSOR, CONTENT_HIDDEN, TOO_MANY_SEARCHES */
  async find(topic: string, query: RecordsQuery, gone: AbortSignal): Promise<RecordList> {
    this.refuseHidden(query);
    const { partition, from, limit, contentBytes, cursor } = query;
    if (typeof from === 'number' && partition === undefined)
      throw new RequestProblem('INVALID_REQUEST', 'An offset belongs to a partition: give `partition`, too.');
    if (this.running >= MOST_AT_ONCE)
      throw new RequestProblem('TOO_MANY_SEARCHES', `${MOST_AT_ONCE} searches of topics are under way here.`);
    this.running++;
    try {
      const ranges = partitionsOf(await this.needs.topics.ranges(topic), partition);
      const order = query.order ?? (from === undefined && query.at === undefined ? 'newest' : 'oldest');
      const filter = filterOf(topic, { ...query, order });
      const positions = readPositions(readCursor(cursor, filter)) ?? (await this.startOf(ranges, query, order));
      const [{ broker }, bounds] = [this.needs, SEARCH_BOUNDS];
      const fits = fitsOf(query);
      const found = await searchRecords({ broker, ranges, positions, order, limit, fits, bounds, gone });
      const next = cursorOf(found.next && writePositions(found.next), filter);
      const { envelopes } = this.needs.topics;
      const shown = { envelopes, contentBytes, isHidden: this.needs.recordContent === 'hidden' };
      return {
        items: found.records.map((record) => recordView(record, shown)),
        ...(next !== undefined && { next }),
        looked: found.looked,
        ended: found.ended,
      };
    } finally {
      this.running--;
    }
  }

  private refuseHidden({ key, text }: RecordsQuery): void {
    if (this.needs.recordContent === 'shown' || (key === undefined && text === undefined)) return;
    throw new RequestProblem(
      'CONTENT_HIDDEN',
      'Records cannot be searched by what they hold: this gateway does not show it.',
    );
  }

  private async startOf(
    ranges: readonly PartitionRange[],
    { from, at }: RecordsQuery,
    order: Order,
  ): Promise<Positions> {
    if (at !== undefined) {
      const [first] = ranges;
      const found = first ? await this.needs.broker.offsetsAt(first.topic, at) : [];
      return new Map(found.map(({ partition, offset }) => [partition, offset]));
    }
    if (typeof from === 'number') return new Map(ranges.map(({ partition }) => [partition, from]));
    const isStart = from === 'oldest' || order === 'oldest';
    return new Map(ranges.map(({ partition, start, end }) => [partition, isStart ? start : end]));
  }
}

function partitionsOf(ranges: readonly PartitionRange[], partition: number | undefined): readonly PartitionRange[] {
  if (partition === undefined && ranges.length <= MOST_PARTITIONS) return ranges;
  const found = ranges.filter((range) => range.partition === partition);
  if (found.length > 0) return found;
  const count = `The topic has ${ranges.length} partitions, numbered from 0`;
  const detail = partition === undefined ? `${count}: name one of them.` : `${count}, and no partition ${partition}.`;
  throw new RequestProblem('INVALID_REQUEST', detail);
}

function fitsOf({ key, text }: RecordsQuery): (record: Incoming) => boolean {
  const [keyBytes, hasText] = [key === undefined ? undefined : Buffer.from(key), text && holdsText(text)];
  return (record) => (!keyBytes || record.key?.equals(keyBytes) === true) && (!hasText || hasText(record));
}

/** The parts of a query that a cursor is bound to. */
function filterOf(topic: string, { partition, from, at, order, key, text }: RecordsQuery) {
  const texts = [partition, from, at].map((one) => (one === undefined ? undefined : String(one)));
  return { topic, partition: texts[0], from: texts[1], at: texts[2], order, key, text };
}

const writePositions = (positions: Positions): string =>
  [...positions].map(([partition, offset]) => `${partition}:${offset}`).join(',');

const readPositions = (written: string | undefined): Positions | undefined =>
  written === undefined
    ? undefined
    : new Map(written.split(',').map((pair) => pair.split(':').map(Number) as [number, number]));
