import { useEffect, useRef } from 'react';
import { isTyping } from '../app/keyboard.js';

const VALUES: Readonly<Record<string, string>> = { a: 'true', x: 'false' };

/** Calls `decide` with `true` on the key a, and with `false` on x, wherever the focus is but in a field. */
export function useDecisionKeys(decide: (value: string) => void): void {
  const latest = useRef(decide);
  latest.current = decide;
  useEffect(() => {
    const pressed = (event: KeyboardEvent) => {
      const isRadio = event.target instanceof HTMLInputElement && event.target.type === 'radio';
      if ((isTyping(event) && !isRadio) || event.ctrlKey || event.metaKey || event.altKey) return;
      const value = VALUES[event.key];
      if (value !== undefined) latest.current(value);
    };
    document.addEventListener('keydown', pressed);
    return () => document.removeEventListener('keydown', pressed);
  }, []);
}
