import { Id, LAST_TIME, LetterStatus, RunStatus } from '@millrace/contracts';
import type { Database } from './database.js';
import type { Dialect } from './dialect.js';
import { InvalidCursor } from './errors.js';
import { LETTER_COLUMNS } from './letters/letter.js';
import { cursorOf, type Paged, type PageRequest, parameters, readCursor } from './page.js';

/** A list that is read page by page, newest first. */
export interface List {
  readonly from: string;
  readonly select: (dialect: Dialect) => string;
  /** The time that the list is ordered by: its column, and its name in `select`. */
  readonly at: readonly [column: string, name: string];
  /** Columns that together tell rows of one time apart. Without them a page would lose rows. */
  readonly key: readonly string[];
  /** Columns with few values, all of which are named here. They come before the time in every index of the list. */
  readonly few: Readonly<Record<string, readonly (string | boolean)[]>>;
}

/** A restriction of a list to one value; undefined: no restriction. */
export type Filters = Readonly<Record<string, string | undefined>>;

export const RUNS: List = {
  from: 'runs',
  select: ({ millis }) =>
    `id, pipeline, plan, status, parent, degraded, title, state, failure_code as "failureCode", ${millis('accepted_at')} as "acceptedAt", ${millis('ended_at')} as "endedAt"`,
  at: ['accepted_at', '"acceptedAt"'],
  key: ['id'],
  few: { status: RunStatus.options, degraded: [false, true] },
};

export const REVIEWS: List = {
  from: 'waits',
  select: ({ millis }) => `run, step, kind, pipeline, show, held, ${millis('since')} as since, ${millis('due')} as due`,
  at: ['since', 'since'],
  key: ['run', 'step'],
  few: { kind: ['review', 'signal'] },
};

export const DEAD_LETTERS: List = {
  from: 'dead_letters',
  select: ({ millis }) => `${LETTER_COLUMNS}, ${millis('at')} as at`,
  at: ['at', 'at'],
  key: ['id'],
  few: { status: LetterStatus.options },
};

/**
 * Reads a page of a list. Of each combination of the columns with few values the newest rows are read from an index and then merged, so a
 * page costs the same on the first page and the last, and whatever share of the rows its filters want.
 */
export async function pageOf<Row, T>(
  { query, dialect }: Pick<Database, 'query' | 'dialect'>,
  of: {
    readonly list: List;
    /** Values of columns with few values; all of them without. */
    readonly few: Readonly<Record<string, string | boolean | undefined>>;
    /** Conditions by their left side, e.g. `pipeline`; the right side is a text. */
    readonly filters: Filters;
    /** A condition without a value. */
    readonly always?: string;
    /** Returns conditions with values of their own; `value` adds one. */
    readonly conditions?: (value: (one: unknown) => string) => readonly string[];
    readonly page: PageRequest;
    readonly item: (row: Row) => T;
  },
): Promise<Paged<T>> {
  const { text, values } = statementOf(of, dialect);
  const rows = await query<Row & Record<string, unknown>>(text, values);
  const items = rows.slice(0, of.page.limit);
  const last = rows.length > of.page.limit ? items.at(-1) : undefined;
  return { items: items.map(of.item), next: last && cursorOf(...lastOf(of.list, last)) };
}

function statementOf(
  { list, few, filters, always, conditions, page }: Omit<Parameters<typeof pageOf>[1], 'item'>,
  dialect: Dialect,
) {
  const { values, value } = parameters();
  const text = (one: unknown): string => `cast(${value(one)} as text)`;
  const where = [...(always === undefined ? [] : [always]), ...(conditions?.(value) ?? [])];
  for (const [left, right] of Object.entries(filters)) if (right !== undefined) where.push(`${left} = ${text(right)}`);
  if (page.before !== undefined) {
    const { at, key } = positionOf(page.before, list);
    where.push(
      `(${[list.at[0], ...list.key].join(', ')}) < (${[dialect.time(value(at)), ...key.map(text)].join(', ')})`,
    );
  }
  const newestFirst = (at: string, from: string) => [at, ...list.key].map((c) => `${from}.${c} desc`).join(', ');
  const newest = {
    from: list.from,
    select: list.select(dialect),
    few: Object.entries(list.few).map(([column, all]) => {
      const wanted = few[column];
      return { column, values: wanted === undefined ? all : [wanted] };
    }),
    where,
    order: newestFirst(list.at[0], list.from),
    merged: newestFirst(list.at[1], 'listed'),
    limit: value(page.limit + 1),
  };
  return { text: dialect.newest(newest, value), values };
}

/** Returns where a page ended: the time of its last row, and its key. */
const lastOf = ({ at: [, name], key }: List, row: Readonly<Record<string, unknown>>): readonly unknown[] => [
  row[name.replaceAll('"', '')],
  ...key.map((column) => row[column]),
];

/** @throws {InvalidCursor} for a cursor that no list with such a key gave: what comes from outside reaches SQL by type and within bounds */
export function positionOf(cursor: string, list: List): { at: number; key: readonly string[] } {
  const [at, ...key] = readCursor(cursor);
  // Times of rows are exact to the microsecond.
  const isTime = typeof at === 'number' && at >= 0 && at <= LAST_TIME;
  if (isTime && key.length === list.key.length && key.every(isId)) return { at, key };
  throw new InvalidCursor();
}

const isId = (part: unknown): part is string => Id.safeParse(part).success;
