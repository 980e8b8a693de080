import type { RunView } from '@millrace/client';
import { Time } from '../time/time.js';
import { FailureText } from './failure-text.js';
import { Held } from './held.js';
import { StepLink } from './step-link.js';

/** Says what somebody has to know first: why it failed, what it waits for, what nobody serves, what is degraded. Cause first. */
export function Notices({ run }: { readonly run: RunView }) {
  const { id, status, failure, failedStep, noConsumer, compensatingAs } = run;
  return (
    <>
      {failure && (
        <div className="notice failed">
          <p>
            {failedStep === undefined ? 'The run' : <StepLink run={id} step={failedStep} />} has failed
            {compensatingAs !== undefined && '; what was done before is undone'}.
          </p>
          <FailureText failure={failure} />
        </div>
      )}
      {status === 'held' && <Held run={run} />}
      {noConsumer?.map((stage) => (
        <div key={stage} className="notice no-consumer">
          <p>
            ⚠ Nobody serves the stage <b>{stage}</b>. Start a process that serves it, and the run goes on by itself.
          </p>
        </div>
      ))}
      <Parked run={run} />
      <HoldsUp run={run} />
      <Waits run={run} />
      <Degraded run={run} />
    </>
  );
}

type Step = RunView['steps'][number];

/** The most steps that are shown here; a map may have many failed items, and the list of steps has them all. */
const MOST_PARKED = 3;

/** The steps that a failure holds up: those that wait for a redrive, and those that are tried again. */
function Parked({ run: { id, steps } }: { readonly run: RunView }) {
  const held = steps.filter(({ status, failure }) => failure && (status === 'dead-lettered' || status === 'retrying'));
  return (
    <>
      {held.slice(0, MOST_PARKED).map(({ name, status, failure, due }) => (
        <div key={name} className={status === 'retrying' ? 'notice waiting' : 'notice failed'}>
          <p>
            {status === 'retrying' ? '↻' : '☠'} <StepLink run={id} step={name} /> has failed
            {status === 'dead-lettered' && '. The run waits until somebody redrives the step.'}
            {status === 'retrying' && ', and is tried again'}
            {status === 'retrying' && due !== undefined && (
              <>
                {' '}
                <Time at={due} />
              </>
            )}
          </p>
          {failure && <FailureText failure={failure} />}
        </div>
      ))}
      {held.length > MOST_PARKED && <p className="quiet">{held.length - MOST_PARKED} more steps have failed.</p>}
    </>
  );
}

/** The runs that wait until this one has ended, or its dead letters are resolved. */
function HoldsUp({ run: { hold } }: { readonly run: RunView }) {
  const { key, waiting = 0 } = hold ?? {};
  if (waiting === 0) return null;
  return (
    <div className="notice held">
      <p>
        {waiting === 1 ? 'One later run waits' : `${waiting} later runs wait`} behind this one: it holds up the key{' '}
        <bdi>{key}</bdi> until it has ended, or its dead letters are resolved.
      </p>
    </div>
  );
}

function whomOf({ kind, claimedBy, assignee, group, from }: Step) {
  if (kind === 'signal') return from ? `a record on ${from.topic} with the key ${from.key}` : 'a signal';
  if (claimedBy !== undefined) return <bdi>{claimedBy}, who has claimed it</bdi>;
  if (assignee !== undefined) return <bdi>{assignee}</bdi>;
  return group === undefined ? 'a person' : <bdi>somebody of {group}</bdi>;
}

/** The steps that wait for a person or a system: for whom, since when, until when. */
function Waits({ run: { id, steps } }: { readonly run: RunView }) {
  const waiting = steps.filter((step) => step.status === 'waiting' && step.kind !== 'sleep');
  return (
    <>
      {waiting.map((step) => (
        <div key={step.name} className="notice waiting">
          <p>
            ✋ <StepLink run={id} step={step.name} /> waits for {whomOf(step)}
            {step.waitingSince !== undefined && (
              <>
                , since <Time at={step.waitingSince} />
              </>
            )}
            {step.due !== undefined && (
              <>
                , until <Time at={step.due} />
              </>
            )}
            .{' '}
            {step.allowedActions.includes('answer') && (
              <StepLink run={id} step={step.name} isAnswer>
                Answer
              </StepLink>
            )}
          </p>
        </div>
      ))}
    </>
  );
}

function Degraded({ run: { id, degradedBy } }: { readonly run: RunView }) {
  if (!degradedBy) return null;
  return (
    <div className="notice waiting">
      <p>◐ Degraded:</p>
      <ul>
        {degradedBy.map(({ step, by, code, message }) => (
          <li key={step}>
            <StepLink run={id} step={step} /> gave what its {by === 'run' ? 'degraded run' : by} gave
            {code === undefined ? (
              '.'
            ) : (
              <>
                : <code>{code}</code> <bdi>{message}</bdi>
              </>
            )}
          </li>
        ))}
      </ul>
    </div>
  );
}
