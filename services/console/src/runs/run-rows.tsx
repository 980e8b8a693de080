import type { RunSummaryView } from '@millrace/client';
import { useNavigate } from '@tanstack/react-router';
import { useWindowVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useLayoutEffect, useRef, useState } from 'react';
import { useRowKeys } from '../text/use-row-keys.js';
import { RunRow } from './run-row.js';

const ROW_PX = 62;
const NEAR_END = 15;

interface RunRowsProps {
  /** The list that this is: its current row is found again after a way back. */
  readonly place: string;
  readonly rows: readonly RunSummaryView[];
  /** Reads the next page, where there is one and nobody reads it already. */
  readonly more: (() => void) | undefined;
}

/** The rows that are on the screen, of as many as there are. */
export function RunRows({ place, rows, more }: RunRowsProps) {
  const list = useRef<HTMLUListElement>(null);
  const [top, setTop] = useState(0);
  useLayoutEffect(() => setTop(list.current?.offsetTop ?? 0), []);
  const virtual = useWindowVirtualizer({
    count: rows.length,
    estimateSize: () => ROW_PX,
    overscan: 8,
    scrollMargin: top,
    getItemKey: (at) => rows[at]?.id ?? at,
  });
  const shown = virtual.getVirtualItems();
  const last = shown.at(-1)?.index ?? 0;
  useEffect(() => {
    if (last >= rows.length - NEAR_END) more?.();
  }, [last, rows.length, more]);
  const navigate = useNavigate();
  const current = useRowKeys({
    place,
    count: rows.length,
    open: (at) => {
      const run = rows[at];
      if (run) void navigate({ to: '/runs/$id', params: { id: run.id } });
    },
    show: (at) => virtual.scrollToIndex(at, { align: 'auto' }),
  });
  return (
    <ul className="runs" ref={list} style={{ height: virtual.getTotalSize() }} aria-label="Runs">
      {shown.map(({ index, key, start }) => {
        const run = rows[index];
        return (
          run && (
            <li
              key={key}
              ref={virtual.measureElement}
              data-index={index}
              aria-setsize={rows.length}
              aria-posinset={index + 1}
              style={{ transform: `translateY(${start - top}px)` }}
            >
              <RunRow run={run} isCurrent={index === current} />
            </li>
          )
        );
      })}
    </ul>
  );
}
