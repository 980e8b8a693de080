import type { ReviewView } from '@millrace/client';
import { Link } from '@tanstack/react-router';
import { Payload } from '../payload/payload.js';
import { Time } from '../time/time.js';
import { AnswerForm } from './answer-form.js';
import { Claims } from './claims.js';
import { splitShow } from './schema-form.js';
import './reviews.css';

interface ReviewProps {
  readonly review: ReviewView;
  readonly answered: () => void;
  /** On the page of its run the head is there already. */
  readonly isWithinRun?: boolean;
}

/** A review: why somebody is asked, in words and first; then the evidence beside the form. */
export function Review({ review, answered, isWithinRun = false }: ReviewProps) {
  const { run, step, pipeline, since, due, show, status, allowedActions } = review;
  const { reasons, evidence } = splitShow(show);
  return (
    <article className="stack review" aria-label={`Review ${step}`}>
      {!isWithinRun && (
        <header className="line">
          <h2>
            {pipeline}: <bdi>{step}</bdi>
          </h2>
          <Link to="/runs/$id" params={{ id: run }} search={{ step }}>
            Open the run
          </Link>
          <span className="quiet">
            waits since <Time at={since} />
          </span>
          {due !== undefined && <Due due={due} />}
        </header>
      )}
      {reasons.length > 0 && (
        <div className="notice waiting">
          <h3>Why you are asked</h3>
          <ul>
            {reasons.map((reason) => (
              <li key={reason} dir="auto">
                {reason}
              </li>
            ))}
          </ul>
        </div>
      )}
      <Claims review={review} />
      <div className={isWithinRun ? 'stack' : 'beside'}>
        {evidence !== undefined && (
          <div>
            <Payload title="What to decide on" value={evidence} open />
          </div>
        )}
        {allowedActions.includes('answer') && <AnswerForm key={review.id} review={review} answered={answered} />}
        {status === 'open' && !allowedActions.includes('answer') && <p>It cannot be answered here.</p>}
        {status !== 'open' && (
          <p>This review is closed: it was answered, or its time was over. The run’s history says by whom.</p>
        )}
      </div>
    </article>
  );
}

/** Says until when a review may be answered; late is said in a word, too. */
export function Due({ due }: { readonly due: string }) {
  const isLate = Date.parse(due) < Date.now();
  return (
    <span className={isLate ? 'bad' : 'quiet'}>
      {isLate ? '⚠ overdue, ' : 'due '}
      <Time at={due} />
    </span>
  );
}
