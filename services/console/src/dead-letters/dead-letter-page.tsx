import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { RedriveDialog } from '../acts/redrive-dialog.js';
import { follows } from '../app/live.js';
import { MayAct } from '../app/may-act.js';
import { millrace } from '../app/place.js';
import { Payload } from '../payload/payload.js';
import { FailureText } from '../run/failure-text.js';
import { Loading } from '../states/loading.js';
import { ProblemPage } from '../states/pages.js';
import { Stale } from '../states/stale.js';
import { Status } from '../text/status.js';
import { LetterActs } from './letter-acts.js';
import { LetterFacts, LetterHistory } from './letter-facts.js';
import { RecordView } from './record.js';
import './dead-letters.css';

const route = getRouteApi('/dead-letters/$id');

/** One dead letter: why it is there and what to do, its input or its original bytes, and the acts on it. */
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
  const { status, failure, run, step, input, record, allowedActions, handled } = query.data;
  // A redrive leads to what goes on.
  const redriven = () =>
    run === undefined ? undefined : navigate({ to: '/runs/$id', params: { id: run }, search: step ? { step } : {} });
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
        <MayAct>
          <LetterActs letter={query.data} />
        </MayAct>
        <Stale of={query} />
      </div>
      <div className="notice failed">
        <FailureText failure={failure} />
      </div>
      <LetterFacts letter={query.data} />
      <LetterHistory letter={query.data} />
      {input !== undefined && (
        <section className="card">
          <Payload title="Input" value={input} open />
          {handled?.input !== undefined && <Payload title="Input of the redrive" value={handled.input} />}
        </section>
      )}
      {record && <RecordView record={record} />}
      {isAsking && (
        <RedriveDialog deadLetter={id} step={step} input={input} redriven={redriven} close={() => setAsking(false)} />
      )}
    </>
  );
}
