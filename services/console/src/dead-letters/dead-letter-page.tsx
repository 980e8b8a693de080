import type { DeadLetterView } from '@millrace/client';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { ActDialog } from '../acts/act-dialog.js';
import { follows } from '../app/live.js';
import { millrace } from '../app/place.js';
import { Payload } from '../payload/payload.js';
import { FailureText } from '../run/failure-text.js';
import { Loading } from '../states/loading.js';
import { ProblemPage } from '../states/pages.js';
import { Status } from '../text/status.js';
import { Time } from '../time/time.js';
import { RecordView } from './record.js';
import './dead-letters.css';

const route = getRouteApi('/dead-letters/$id');

/** One dead letter: why it is there and what to do, its input or its original bytes, and the redrive. */
export function DeadLetterPage() {
  const { id } = route.useParams();
  const query = useQuery({
    queryKey: ['dead-letter', id],
    queryFn: ({ signal }) => millrace.deadLetters.get(id, { signal }),
    ...follows('store'),
  });
  const [isAsking, setAsking] = useState(false);
  const navigate = useNavigate();
  if (query.isPending) return <Loading />;
  if (query.data === undefined) return <ProblemPage error={query.error} retry={() => void query.refetch()} />;
  const { status, failure, run, step, input, record, allowedActions } = query.data;
  const redrive = async (byWhom: { readonly by?: string; readonly reason?: string }) => {
    await millrace.deadLetters.redrive(id, byWhom);
    // A redrive leads to what it made go on.
    if (run !== undefined) await navigate({ to: '/runs/$id', params: { id: run }, search: step ? { step } : {} });
  };
  return (
    <>
      <p className="quiet">
        <Link to="/dead-letters">Dead letters</Link> / <code>{id}</code>
      </p>
      <div className="line">
        <h1>{record ? 'A record that could not be read' : `The step ${step ?? ''}`}</h1>
        <Status of={status} />
        {allowedActions.includes('redrive') && (
          <button type="button" className="primary" onClick={() => setAsking(true)}>
            Redrive
          </button>
        )}
      </div>
      <div className="notice failed">
        <FailureText failure={failure} />
      </div>
      <LetterFacts letter={query.data} />
      {input !== undefined && (
        <section className="card">
          <Payload title="Input" value={input} open />
        </section>
      )}
      {record && <RecordView record={record} />}
      {isAsking && (
        <ActDialog title="Redrive this?" verb="Redrive" act={redrive} close={() => setAsking(false)}>
          <p>
            {record
              ? 'The record is sent to its topic again, with its original key, bytes and headers.'
              : 'The run goes on from this step, with the input that the step had.'}
          </p>
        </ActDialog>
      )}
    </>
  );
}

function LetterFacts({ letter: { at, attempts, stage, run, step } }: { readonly letter: DeadLetterView }) {
  return (
    <dl className="facts card">
      <dt>Parked</dt>
      <dd>
        <Time at={at} /> (<Time at={at} exact />)
      </dd>
      <dt>Attempts</dt>
      <dd>{attempts}</dd>
      {stage !== undefined && (
        <>
          <dt>Stage</dt>
          <dd>{stage}</dd>
        </>
      )}
      {run !== undefined && (
        <>
          <dt>Run</dt>
          <dd>
            <Link to="/runs/$id" params={{ id: run }} search={step ? { step } : {}}>
              <code>{run}</code>
            </Link>
          </dd>
        </>
      )}
    </dl>
  );
}
