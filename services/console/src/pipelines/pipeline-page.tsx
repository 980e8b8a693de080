import type { DifferenceView, PipelineView } from '@millrace/client';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { useMemo, useState } from 'react';
import { follows } from '../app/live.js';
import { MayAct } from '../app/may-act.js';
import { millrace } from '../app/place.js';
import { Graph, type NodeState } from '../graph/graph.js';
import { layoutOf } from '../graph/layout.js';
import { nodesOf } from '../graph/plan.js';
import { Payload } from '../payload/payload.js';
import { Loading } from '../states/loading.js';
import { ProblemPage } from '../states/pages.js';
import { Differences, useDifferences } from './differences.js';
import { PipelineActs } from './pipeline-acts.js';
import { StartDialog } from './start-dialog.js';
import { Versions } from './versions.js';

const route = getRouteApi('/pipelines/$name');

/** A pipeline: the graph of a version, the versions with what new runs get, and its schemas. */
export function PipelinePage() {
  const { name } = route.useParams();
  const { version, from } = route.useSearch();
  const differences = useDifferences({ name, from, to: version });
  const pipeline = useQuery({
    queryKey: ['pipeline', name],
    queryFn: ({ signal }) => millrace.pipelines.get(name, { signal }),
    ...follows('store'),
  });
  const versions = useQuery({
    queryKey: ['versions', name],
    queryFn: ({ signal }) => millrace.pipelines.versions(name, { signal }),
    ...follows('store'),
  });
  const shown = version ?? pipeline.data?.plan;
  const detail = useQuery({
    queryKey: ['version', name, shown],
    queryFn: ({ signal }) => millrace.pipelines.version({ name, version: shown ?? '' }, { signal }),
    enabled: shown !== undefined,
  });
  const layout = useMemo(
    () => detail.data && layoutOf(detail.data.plan, nodesOf(detail.data.definition)),
    [detail.data],
  );
  if (pipeline.isPending) return <Loading />;
  if (pipeline.data === undefined) return <ProblemPage error={pipeline.error} retry={() => void pipeline.refetch()} />;
  return (
    <>
      <PipelineHead pipeline={pipeline.data} version={detail.data?.version} />
      {detail.isError && <ProblemPage error={detail.error} retry={() => void detail.refetch()} />}
      {layout && (
        <section className="card">
          <Graph
            label={`Graph of ${name}`}
            layout={layout}
            {...(from !== undefined && { states: changesOf(differences.data?.items ?? []) })}
          />
        </section>
      )}
      <Differences name={name} from={from} to={version} />
      {versions.data && <Versions versions={versions.data.items} shown={detail.data?.plan} />}
      <section className="card">
        <Payload title="Schema of the input" value={pipeline.data.inputSchema} />
        {detail.data && <Payload title="Plan" value={detail.data.definition} />}
      </section>
    </>
  );
}

/** Marks the steps of a version that another one does not have, or has otherwise. */
const changesOf = (items: readonly DifferenceView[]): ReadonlyMap<string, NodeState> =>
  new Map(
    items.filter(({ what }) => what === 'step').map(({ name, change }) => [name, { status: change, note: change }]),
  );

interface PipelineHeadProps {
  readonly pipeline: PipelineView;
  /** The version that is shown. */
  readonly version: number | undefined;
}

/** The name of a pipeline, and what may be done with it. */
function PipelineHead({ pipeline: { name, paused, inputSchema }, version }: PipelineHeadProps) {
  const [isStarting, setStarting] = useState(false);
  return (
    <>
      <p className="quiet">
        <Link to="/pipelines">Pipelines</Link>
      </p>
      <div className="line">
        <h1>{name}</h1>
        {version !== undefined && <span className="quiet">version {version}</span>}
        <Link className="button" to="/runs" search={{ pipeline: name }}>
          Runs
        </Link>
        <MayAct>
          <button type="button" className="primary" onClick={() => setStarting(true)}>
            Start a run
          </button>
        </MayAct>
        <PipelineActs name={name} paused={paused} />
      </div>
      {isStarting && <StartDialog pipeline={name} schema={inputSchema} close={() => setStarting(false)} />}
    </>
  );
}
