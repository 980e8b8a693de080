import type { ReviewView } from '@millrace/client';
import { Link } from '@tanstack/react-router';
import { Time } from '../time/time.js';
import { Due } from './review.js';
import { splitShow } from './schema-form.js';

/** A review in the inbox: its pipeline and step, its first reason, for whom it is, and how long it waits. */
export function InboxRow({ review, isCurrent }: { readonly review: ReviewView; readonly isCurrent: boolean }) {
  const { id, pipeline, step, since, due, claimedBy, assignee, group, show } = review;
  const [reason] = splitShow(show).reasons;
  return (
    <li>
      <Link
        className={isCurrent ? 'entry current' : 'entry'}
        to="/reviews"
        search={(now) => ({ ...now, id })}
        aria-current={isCurrent}
        resetScroll={false}
      >
        <span className="line">
          <b className="cut grow">
            {pipeline}: <bdi>{step}</bdi>
          </b>
          <small className="quiet">
            <Time at={since} />
          </small>
        </span>
        {reason !== undefined && (
          <span className="cut" dir="auto">
            {reason}
          </span>
        )}
        <small className="line quiet">
          {claimedBy !== undefined && <bdi>✋ {claimedBy}</bdi>}
          {claimedBy === undefined && <bdi>{assignee ?? group ?? 'anybody'}</bdi>}
          {due !== undefined && <Due due={due} />}
        </small>
      </Link>
    </li>
  );
}
