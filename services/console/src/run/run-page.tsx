import type { RunView } from '@millrace/client';
import { getRouteApi, useNavigate } from '@tanstack/react-router';
import { useMemo } from 'react';
import { Graph } from '../graph/graph.js';
import { layoutOf } from '../graph/layout.js';
import { nodesOf } from '../graph/plan.js';
import { Payload } from '../payload/payload.js';
import { Loading } from '../states/loading.js';
import { ProblemPage } from '../states/pages.js';
import { Stale } from '../states/stale.js';
import { durationText } from '../time/words.js';
import { stepState } from './bars.js';
import { Notes } from './notes.js';
import { Notices } from './notices.js';
import { RunHead } from './run-head.js';
import { showInSight } from './step-link.js';
import { StepPanel } from './step-panel.js';
import { usePlan, useRun } from './use-run.js';
import { Waterfall } from './waterfall.js';
import './run.css';

const route = getRouteApi('/runs/$id');

/** A run: its graph and its steps over time, in step with each other, and beside them the step that was chosen. */
export function RunPage() {
  const { id } = route.useParams();
  const query = useRun(id);
  if (query.isPending) return <Loading />;
  if (query.data === undefined) return <ProblemPage error={query.error} retry={() => void query.refetch()} />;
  return (
    <>
      <RunHead run={query.data} />
      <Stale of={query} />
      <Notices run={query.data} />
      <Notes run={query.data} />
      <Steps run={query.data} />
    </>
  );
}

function Steps({ run }: { readonly run: RunView }) {
  const { step: chosen } = route.useSearch();
  const navigate = useNavigate();
  const step = run.steps.find(({ name }) => name === chosen) ?? run.steps.find(({ name }) => name === mostUrgent(run));
  const select = (name: string) => {
    showInSight('step');
    void navigate({
      to: '/runs/$id',
      params: { id: run.id },
      search: { step: name, view: 'step' },
      replace: true,
      resetScroll: false,
    });
  };
  return (
    <>
      <RunGraph run={run} selected={step?.name} select={select} />
      <div className="halves">
        <section className="card">
          <h2>Steps</h2>
          {run.steps.length === 0 ? (
            <p className="quiet">Asked for, and about to be accepted.</p>
          ) : (
            <Waterfall run={run} selected={step?.name} select={select} />
          )}
          {run.output !== undefined && <Payload title="Output of the run" value={run.output} open />}
          <Payload title="Input of the run" value={run.input} />
        </section>
        {step && <StepPanel key={step.name} run={run} step={step} />}
      </div>
    </>
  );
}

const URGENT = ['dead-lettered', 'failed', 'waiting', 'retrying', 'running'];

/** The step that somebody most likely came for. */
function mostUrgent(run: RunView): string | undefined {
  if (run.failedStep !== undefined) return run.failedStep;
  for (const status of URGENT) {
    const found = run.steps.find((step) => step.status === status);
    if (found) return found.name;
  }
  return run.steps.findLast(({ status }) => status === 'completed')?.name;
}

interface RunGraphProps {
  readonly run: RunView;
  readonly selected: string | undefined;
  readonly select: (step: string) => void;
}

function RunGraph({ run, selected, select }: RunGraphProps) {
  const { data } = usePlan(run);
  const layout = useMemo(() => data && layoutOf(data.plan, nodesOf(data.definition)), [data]);
  const states = useMemo(
    () =>
      new Map(
        run.steps.map((step) => {
          const { startedAt, endedAt, attempts } = step;
          const took = startedAt && endedAt ? durationText(Date.parse(endedAt) - Date.parse(startedAt)) : undefined;
          const tries = attempts.length > 1 ? `, ${attempts.length} attempts` : '';
          return [
            step.name,
            { status: stepState(step), note: `${stepState(step)}${took ? ` ${took}` : ''}${tries}` },
          ] as const;
        }),
      ),
    [run.steps],
  );
  if (!layout || layout.nodes.length === 0) return null;
  return (
    <section className="card">
      <Graph label="Graph of the run" layout={layout} states={states} selected={selected} select={select} />
    </section>
  );
}
