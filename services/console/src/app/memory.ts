import { useSyncExternalStore } from 'react';

/** A choice of the person at this browser, kept between visits. Where the browser keeps nothing, it lasts as long as the page. */
export interface Memory {
  read(): string;
  write(value: string): void;
  subscribe(tell: () => void): () => void;
}

const PREFIX = 'millrace.';

export function memory(name: string, initial: string): Memory {
  const listeners = new Set<() => void>();
  let value = stored(name) ?? initial;
  return {
    read: () => value,
    write(next) {
      value = next;
      try {
        localStorage.setItem(PREFIX + name, next);
      } catch {
        // A private window keeps nothing.
      }
      for (const tell of listeners) tell();
    },
    subscribe(tell) {
      listeners.add(tell);
      return () => void listeners.delete(tell);
    },
  };
}

function stored(name: string): string | undefined {
  try {
    return localStorage.getItem(PREFIX + name) ?? undefined;
  } catch {
    return undefined;
  }
}

/** Reads a choice, and follows it. */
export const useMemory = (kept: Memory): string => useSyncExternalStore(kept.subscribe, kept.read);

/** The theme: `system`, `light` or `dark`. */
export const theme = memory('theme', 'system');
/** The time zone in which times are shown: `local`, or a name such as `UTC`. */
export const zone = memory('zone', 'local');
/** The name that goes along with whatever this person does. */
export const actor = memory('actor', '');

export function applyTheme(): void {
  const chosen = theme.read();
  if (chosen === 'system') delete document.documentElement.dataset['theme'];
  else document.documentElement.dataset['theme'] = chosen;
}
