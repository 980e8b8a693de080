import { Time } from '../time/time.js';

interface Refreshed {
  readonly isError: boolean;
  readonly dataUpdatedAt: number;
  readonly data: unknown;
}

/** Says that the last refresh failed and from when what is shown is. Nothing where all is well. */
export function Stale({ of }: { readonly of: Refreshed }) {
  if (!of.isError || of.data === undefined) return null;
  return (
    <p className="stale" role="status">
      ⚠ Not refreshed: the gateway does not answer. This is from <Time at={of.dataUpdatedAt} />.
    </p>
  );
}
