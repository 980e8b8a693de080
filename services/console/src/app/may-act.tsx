import type { ReactNode } from 'react';
import { useOverview } from '../overview/use-overview.js';

/** Returns false where the gateway takes no changes: it was started to show, and nothing else. */
export const useMayAct = (): boolean => useOverview().data?.readOnly !== true;

/** Shows acts, where the gateway takes any. */
export function MayAct({ children }: { readonly children: ReactNode }) {
  return useMayAct() ? children : null;
}
