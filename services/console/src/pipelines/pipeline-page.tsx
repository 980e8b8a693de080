import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { useMemo } from 'react';
import { follows } from '../app/live.js';
import { millrace } from '../app/place.js';
import { Graph } from '../graph/graph.js';
import { layoutOf } from '../graph/layout.js';
import { nodesOf } from '../graph/plan.js';
import { Payload } from '../payload/payload.js';
import { Loading } from '../states/loading.js';
import { ProblemPage } from '../states/pages.js';
import { PipelineActs } from './pipeline-acts.js';
import { Versions } from './versions.js';

const route = getRouteApi('/pipelines/$name');

/** A pipeline: the graph of a version, the versions with what new runs get, and its schemas. */
export function PipelinePage() {
  const { name } = route.useParams();
  const { version } = route.useSearch();
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
      <p className="quiet">
        <Link to="/pipelines">Pipelines</Link>
      </p>
      <div className="line">
        <h1>{name}</h1>
        {detail.data && <span className="quiet">version {detail.data.version}</span>}
        <Link className="button" to="/runs" search={{ pipeline: name }}>
          Runs
        </Link>
        <PipelineActs name={name} paused={pipeline.data.paused} />
      </div>
      {detail.isError && <ProblemPage error={detail.error} retry={() => void detail.refetch()} />}
      {layout && (
        <section className="card">
          <Graph label={`Graph of ${name}`} layout={layout} />
        </section>
      )}
      {versions.data && <Versions versions={versions.data.items} shown={detail.data?.plan} />}
      <section className="card">
        <Payload title="Schema of the input" value={pipeline.data.inputSchema} />
        {detail.data && <Payload title="Plan" value={detail.data.definition} />}
      </section>
    </>
  );
}
