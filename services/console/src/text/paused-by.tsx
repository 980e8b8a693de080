import type { StageView } from '@millrace/client';
import { Time } from '../time/time.js';

/** Says since when something is paused, by whom, and why. */
export function PausedBy({ paused: { since, by, reason } }: { readonly paused: NonNullable<StageView['paused']> }) {
  return (
    <span className="quiet">
      Paused <Time at={since} />
      {by !== undefined && <bdi> by {by}</bdi>}
      {reason !== undefined && <bdi>: {reason}</bdi>}
    </span>
  );
}
