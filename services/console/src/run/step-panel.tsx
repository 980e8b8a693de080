import type { RunView, StepView } from '@millrace/client';
import { getRouteApi, Link } from '@tanstack/react-router';
import { useEffect } from 'react';
import { Payload } from '../payload/payload.js';
import { ReviewOfStep } from '../reviews/review-of-step.js';
import { Status } from '../text/status.js';
import { Time, Took } from '../time/time.js';
import { stepState } from './bars.js';
import { Attempts } from './attempts.js';
import { FailureText } from './failure-text.js';
import { StepActs } from './step-acts.js';
import { StreamedText } from './streamed-text.js';
import { showInSight } from './step-link.js';

const route = getRouteApi('/runs/$id');

interface StepPanelProps {
  readonly run: RunView;
  readonly step: StepView;
}

/** Everything about one step, cause first: its failure and what to do, what it waits for, its attempts, input and output. */
export function StepPanel({ run, step }: StepPanelProps) {
  const { view } = route.useSearch();
  useEffect(() => {
    if (view === 'step') showInSight('step');
  }, [view]);
  const { name, kind, stage, summary, failure, startedAt, endedAt, child, due, input, output, show } = step;
  return (
    <section className="card stack panel" id="step" aria-label={`Step ${name}`}>
      <div className="line">
        <h2 className="wrap">
          <bdi>{name}</bdi>
        </h2>
        <Status of={stepState(step)} />
        <span className="quiet">{stage ?? kind}</span>
        {startedAt !== undefined && <Took from={startedAt} to={endedAt} />}
        {run.links['trace'] !== undefined && startedAt !== undefined && (
          <a href={`${run.links['trace']}?uiFind=${encodeURIComponent(name)}`} rel="noreferrer">
            Spans
          </a>
        )}
      </div>
      {summary !== undefined && <p dir="auto">{summary}</p>}
      {failure && (
        <div className="notice failed">
          <FailureText failure={failure} />
        </div>
      )}
      {due !== undefined && (
        <p className="quiet">
          {dueText(step)} <Time at={due} /> (<Time at={due} exact />)
        </p>
      )}
      <StepActs run={run} step={step} />
      {step.allowedActions.includes('answer') && (
        <ReviewOfStep id={`${run.id}.${name}`} shown={view === 'answer' ? scrollToAnswer : undefined} />
      )}
      <Answer step={step} />
      <Cached step={step} />
      <Route run={run} step={name} />
      {kind === 'stage' && step.status === 'running' && <StreamedText run={run.id} step={name} />}
      {child !== undefined && (
        <p>
          Done by{' '}
          <Link to="/runs/$id" params={{ id: child }}>
            <code className="wrap">{child}</code>
          </Link>
          {step.childStatus !== undefined && `, which is ${step.childStatus}`}
        </p>
      )}
      <Attempts step={step} trace={run.links['trace']} />
      <div>
        {show !== undefined && <Payload title="Shown" value={show} />}
        {output !== undefined && <Payload title="Output" value={output} open />}
        {input !== undefined && <Payload title="Input" value={input} open={output === undefined} />}
      </div>
    </section>
  );
}

const scrollToAnswer = () => showInSight('answer');

function Answer({ step: { answeredBy, answerReason, defaulted } }: { readonly step: StepView }) {
  return (
    <>
      {(answeredBy !== undefined || answerReason !== undefined) && (
        <p>
          Answered{answeredBy !== undefined && <bdi> by {answeredBy}</bdi>}
          {answerReason !== undefined && <bdi>: {answerReason}</bdi>}
        </p>
      )}
      {defaulted && <p className="quiet">It failed for good; the output is the pipeline’s default.</p>}
    </>
  );
}

/** The run that executed a step whose output was reused. */
function Cached({ step: { cached, lookingUp } }: { readonly step: StepView }) {
  if (lookingUp)
    return <p className="quiet">Looks its output up in the cache: another run may be executing the same.</p>;
  if (!cached) return null;
  return (
    <p>
      Cached: executed by{' '}
      <Link to="/runs/$id" params={{ id: cached.run }}>
        <code className="wrap">{cached.run}</code>
      </Link>{' '}
      <Time at={cached.storedAt} />
    </p>
  );
}

const ROUTES = {
  fallback: 'its fallback',
  default: 'its default',
  run: 'its degraded child run',
  stage: 'a fallback of its stage',
} as const;

/** Says that the output came by another route than the first one, and why: a cheaper or a local model, a fallback, a default. */
function Route({ run: { degradedBy = [] }, step }: { readonly run: RunView; readonly step: string }) {
  return degradedBy
    .filter((one) => one.step === step && one.by !== 'default')
    .map(({ by, code, message }) => (
      <p key={by} className="notice waiting">
        ◐ Its output is what {ROUTES[by]} gave{code === undefined ? '.' : ':'}{' '}
        {code !== undefined && (
          <bdi>
            <code>{code}</code> {message}
          </bdi>
        )}
      </p>
    ));
}

/** Says what happens when a step is due. */
function dueText({ status, failure }: StepView): string {
  if (status !== 'retrying') return 'Its wait ends';
  return failure ? 'Tried again' : 'Waits for a model, and is asked for again at the latest';
}
