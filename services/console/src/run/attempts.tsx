import type { AttemptView, StepView } from '@millrace/client';
import { Payload } from '../payload/payload.js';
import { Time, Took } from '../time/time.js';
import { count } from '../text/numbers.js';
import { FailureText } from './failure-text.js';
import { ModelCalls } from './model-calls.js';

interface AttemptsProps {
  readonly step: StepView;
  /** The address of the run's trace, where Jaeger's is known. */
  readonly trace: string | undefined;
}

/** The attempts, newest first: when each was queued, began and ended, and why it failed. */
export function Attempts({ step: { attempts }, trace }: AttemptsProps) {
  if (attempts.length === 0) return null;
  return (
    <details open={attempts.length > 1 || attempts.some(({ failure, calls }) => failure ?? calls)}>
      <summary>{count(attempts.length, 'attempt')}</summary>
      <ol className="stack">
        {attempts.toReversed().map((attempt) => (
          <Attempt key={`${attempt.attempt} ${attempt.requestedAt}`} attempt={attempt} trace={trace} />
        ))}
      </ol>
    </details>
  );
}

function Attempt({ attempt: of, trace }: { readonly attempt: AttemptView; readonly trace: string | undefined }) {
  const { attempt, fallback, stage, requestedAt, startedAt, endedAt, failure, answer, calls, callsLeftOut } = of;
  return (
    <li className={failure ? 'attempt failed' : 'attempt'}>
      <span>
        <b>Attempt {attempt}</b> <Time at={requestedAt} />
        {fallback && <span className="quiet"> by the fallback {stage}</span>}
      </span>
      <span className="quiet">
        {startedAt === undefined ? (
          'not begun'
        ) : (
          <>
            queued <Took from={requestedAt} to={startedAt} />, {endedAt === undefined ? 'works for' : 'worked'}{' '}
            <Took from={startedAt} to={endedAt} />
          </>
        )}
      </span>
      {failure && <FailureText failure={failure} />}
      {answer !== undefined && <Payload title="The model’s answer, which could not be used" value={answer} />}
      {calls && <ModelCalls calls={calls} leftOut={callsLeftOut ?? 0} trace={trace} />}
    </li>
  );
}
