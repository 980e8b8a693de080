import { stringify } from 'yaml';
import { oneLine } from './terminal.js';

export const FORMATS = ['table', 'wide', 'json', 'jsonl', 'yaml', 'name'] as const;
export type Format = (typeof FORMATS)[number];

export interface Column<T> {
  readonly title: string;
  readonly of: (item: T) => string | number | undefined;
  /** Only with `-o wide`. */
  readonly wide?: boolean;
}

export interface Listing<T> {
  readonly items: readonly T[];
  readonly columns: readonly Column<T>[];
  readonly name: (item: T) => string;
}

/** A list in the format asked for. JSON is the contract: an empty list is `[]`. A table without rows is nothing. */
export function listed<T>({ items, columns, name }: Listing<T>, format: Format): string {
  switch (format) {
    case 'json':
      return JSON.stringify(items, null, 2) + '\n';
    case 'jsonl':
      return items.map((item) => JSON.stringify(item) + '\n').join('');
    case 'yaml':
      return stringify(items);
    case 'name':
      return items.map((item) => name(item) + '\n').join('');
    case 'table':
    case 'wide':
      return tableOf(
        items,
        columns.filter((column) => format === 'wide' || !column.wide),
      );
  }
}

function tableOf<T>(items: readonly T[], columns: readonly Column<T>[]): string {
  if (items.length === 0) return '';
  const rows = [
    columns.map(({ title }) => title),
    ...items.map((item) => columns.map(({ of }) => oneLine(String(of(item) ?? '')) || '-')),
  ];
  const widths = columns.map((_, at) => Math.max(...rows.map((row) => row[at]?.length ?? 0)));
  return rows
    .map(
      (row) =>
        row
          .map((cell, at) => cell.padEnd(widths[at] ?? 0))
          .join('  ')
          .trimEnd() + '\n',
    )
    .join('');
}

/** One thing in the format asked for; `table` gives the text for people. */
export function shown<T>(item: T, format: Format, as: { name: string; text: () => string }): string {
  if (format === 'json') return JSON.stringify(item, null, 2) + '\n';
  if (format === 'jsonl') return JSON.stringify(item) + '\n';
  if (format === 'yaml') return stringify(item);
  return (format === 'name' ? as.name : as.text()) + '\n';
}

/** `3 min ago`, roughly. */
export function agoOf(time: string, now: number): string {
  const seconds = Math.max(0, Math.round((now - Date.parse(time)) / 1_000));
  if (seconds < 90) return `${seconds}s`;
  if (seconds < 90 * 60) return `${Math.round(seconds / 60)}m`;
  if (seconds < 36 * 3_600) return `${Math.round(seconds / 3_600)}h`;
  return `${Math.round(seconds / 86_400)}d`;
}

export function millisOf(ms: number): string {
  if (ms < 1_000) return `${Math.round(ms)} ms`;
  return ms < 60_000 ? `${(ms / 1_000).toFixed(1)} s` : `${Math.round(ms / 60_000)} min`;
}
