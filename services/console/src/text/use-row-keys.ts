import { useEffect, useRef, useState } from 'react';
import { isTyping } from '../app/keyboard.js';

interface RowKeys {
  /** The name of the list, whose current row is found again after a way back. */
  readonly place?: string;
  readonly count: number;
  readonly open: (at: number) => void;
  readonly show: (at: number) => void;
  /** Acts on the current row, by their keys. */
  readonly acts?: Readonly<Record<string, (at: number) => void>>;
}

const places = new Map<string, number>();

const STEPS: Readonly<Record<string, number>> = { j: 1, k: -1 };

/** Moves through the rows of a list with j and k, and opens one with Enter. Returns the row that is current; -1 for none. */
export function useRowKeys(rows: RowKeys): number {
  const [current, setCurrent] = useState(() => places.get(rows.place ?? '') ?? -1);
  useEffect(() => {
    if (rows.place !== undefined) places.set(rows.place, current);
  }, [rows.place, current]);
  const latest = useRef({ ...rows, current });
  latest.current = { ...rows, current };
  useEffect(() => {
    const pressed = (event: KeyboardEvent) => {
      if (isTyping(event) || event.ctrlKey || event.metaKey || event.altKey) return;
      const { count, open, show, current: at } = latest.current;
      const step = STEPS[event.key];
      if (step !== undefined && count > 0) {
        const next = Math.min(Math.max(at + step, 0), count - 1);
        // Enter is the row's from now on, and not that of a link that was clicked before.
        if (document.activeElement instanceof HTMLElement) document.activeElement.blur();
        setCurrent(next);
        show(next);
      } else if (event.key === 'Enter' && at >= 0 && !isControl(event.target)) open(at);
      else if (at >= 0) latest.current.acts?.[event.key]?.(at);
    };
    document.addEventListener('keydown', pressed);
    return () => document.removeEventListener('keydown', pressed);
  }, []);
  return current;
}

/** Enter on a link or a button is its own. */
const isControl = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement && target.closest('a, button') !== null;
