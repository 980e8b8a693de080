import type { StageView } from '@millrace/client';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { ActDialog } from '../acts/act-dialog.js';
import { follows } from '../app/live.js';
import { MayAct } from '../app/may-act.js';
import { millrace } from '../app/place.js';
import { ExportList } from '../export/export-list.js';
import { Loading } from '../states/loading.js';
import { Empty, ProblemPage } from '../states/pages.js';
import { Stale } from '../states/stale.js';
import { Status } from '../text/status.js';
import { PausedBy } from '../text/paused-by.js';
import { LimitsDialog } from './limits-dialog.js';

/** The stages that pipelines use. Those that nobody serves stand first. */
export function StagesPage() {
  const query = useQuery({
    queryKey: ['stages'],
    queryFn: ({ signal }) => millrace.stages.list({ signal }).all(),
    ...follows('stages', 'store'),
  });
  const stages = query.data?.toSorted((a, b) => Number(a.consumers !== 0) - Number(b.consumers !== 0)) ?? [];
  return (
    <>
      <div className="line">
        <h1>Stages</h1>
        <ExportList name="stages" rows={(signal) => millrace.stages.list({ signal })} />
        <Stale of={query} />
      </div>
      {query.isPending && <Loading rows={4} />}
      {query.isError && query.data === undefined && (
        <ProblemPage error={query.error} retry={() => void query.refetch()} />
      )}
      {query.data?.length === 0 && <Empty title="No pipeline uses a stage" />}
      <ul className="cards">
        {stages.map((stage) => (
          <Stage key={stage.name} stage={stage} />
        ))}
      </ul>
    </>
  );
}

function Stage({ stage }: { readonly stage: StageView }) {
  const [open, setOpen] = useState<'limits' | 'pause'>();
  const close = () => setOpen(undefined);
  const { name, pipelines, consumers, limits, paused, breaks } = stage;
  return (
    <li className="card stack">
      <div className="line">
        <h2>{name}</h2>
        {paused && <Status of="paused" />}
        {consumers === 0 && <Status of="no-consumer" />}
      </div>
      {consumers === 0 && (
        <p className="bad">Nobody serves this stage. Start a process that serves it; what waits goes on by itself.</p>
      )}
      <dl className="facts">
        <dt>Processes</dt>
        <dd>{consumers ?? 'the broker does not say'}</dd>
        <dt>Used by</dt>
        <dd>{pipelines.join(', ')}</dd>
        <dt>At once</dt>
        <dd>{limits?.concurrency ?? 'no limit'}</dd>
        <dt>Each second</dt>
        <dd>{limits?.perSecond ?? 'no limit'}</dd>
      </dl>
      {paused && <PausedBy paused={paused} />}
      {breaks?.map(({ pointer, detail }) => (
        <p key={pointer} className="bad wrap">
          ⚠ Its new contract breaks plans: <code>{pointer}</code> {detail}
        </p>
      ))}
      <MayAct>
        <div className="line">
          <button type="button" onClick={() => setOpen('limits')}>
            Limits
          </button>
          <button type="button" onClick={() => setOpen('pause')}>
            {paused ? 'Resume' : 'Pause'}
          </button>
        </div>
      </MayAct>
      {open === 'limits' && <LimitsDialog stage={stage} close={close} />}
      {open === 'pause' && (
        <ActDialog
          title={`${paused ? 'Resume' : 'Pause'} the stage ${name}?`}
          verb={paused ? 'Resume' : 'Pause'}
          act={(byWhom) => (paused ? millrace.stages.resume(name, byWhom) : millrace.stages.pause(name, byWhom))}
          close={close}
        >
          <p>
            {paused
              ? 'Its processes take work again.'
              : 'Its processes take nothing new: what is in hand ends, the rest waits.'}
          </p>
        </ActDialog>
      )}
    </li>
  );
}
