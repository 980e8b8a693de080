import { useSyncExternalStore } from 'react';

const subscribe = (tell: () => void): (() => void) => {
  document.addEventListener('visibilitychange', tell);
  return () => document.removeEventListener('visibilitychange', tell);
};

/** Returns false while nobody can see the tab. */
export const useIsVisible = (): boolean => useSyncExternalStore(subscribe, () => !document.hidden);
