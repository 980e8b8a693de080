import { useLostSince } from '../app/live.js';
import { Time } from '../time/time.js';

interface Refreshed {
  readonly isError: boolean;
  readonly dataUpdatedAt: number;
  readonly data: unknown;
}

/** Says that what is shown is no longer refreshed, and from when it is. Nothing where all is well. */
export function Stale({ of }: { readonly of: Refreshed }) {
  const lostSince = useLostSince();
  if (of.data === undefined || (!of.isError && lostSince === undefined)) return null;
  return (
    <p className="stale" role="status">
      ⚠ Not refreshed: the gateway does not answer. This is from{' '}
      <Time at={Math.max(lostSince ?? 0, of.dataUpdatedAt)} />.
    </p>
  );
}
