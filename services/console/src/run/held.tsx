import type { RunView } from '@millrace/client';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { millrace } from '../app/place.js';
import { Time } from '../time/time.js';
import { usePlan } from './use-run.js';

/** Says why a run has not begun, and when it will. */
export function Held({ run }: { readonly run: RunView }) {
  const { pipeline, startsAt, hold } = run;
  const { data } = useQuery({
    queryKey: ['pipeline', pipeline],
    queryFn: ({ signal }) => millrace.pipelines.get(pipeline, { signal }),
    enabled: startsAt === undefined && hold === undefined,
  });
  const limit = limitIn(usePlan(run).data?.definition);
  return (
    <div className="notice held">
      <p>
        Held:{' '}
        {startsAt !== undefined && (
          <>
            it begins <Time at={startsAt} /> (<Time at={startsAt} exact />
            ), as asked for.
          </>
        )}
        {hold?.behind !== undefined && <InLine hold={hold} behind={hold.behind} />}
        {startsAt === undefined && !hold && data?.paused && (
          <>
            its pipeline{' '}
            <Link to="/pipelines/$name" params={{ name: pipeline }}>
              {pipeline}
            </Link>{' '}
            is paused. The run begins when somebody resumes the pipeline.
          </>
        )}
        {startsAt === undefined && !hold && !data?.paused && <>{turnText(limit)}</>}
      </p>
    </div>
  );
}

type Hold = NonNullable<RunView['hold']>;

/** Says behind which run this one waits. */
function InLine({ hold: { key, ahead = 0 }, behind }: { readonly hold: Hold; readonly behind: string }) {
  return (
    <>
      it waits behind{' '}
      <Link to="/runs/$id" params={{ id: behind }}>
        {behind}
      </Link>
      , which holds up the key <bdi>{key}</bdi>. It begins when that run has ended, or its dead letters are resolved
      {ahead > 0 &&
        `, and ${ahead === 1 ? 'the run' : `the ${ahead} runs`} before it ${ahead === 1 ? 'has' : 'have'} ended`}
      .
    </>
  );
}

const turnText = (limit: number | undefined): string =>
  limit === undefined
    ? 'it begins when its turn comes.'
    : `its pipeline lets ${limit} of its kind run at once. It begins when one of those before it has ended.`;

/** Reads the number of runs that a plan lets run at once. */
function limitIn(definition: unknown): number | undefined {
  const { starts } = Object(definition) as { readonly starts?: unknown };
  const { concurrency } = Object(starts) as { readonly concurrency?: unknown };
  const { limit } = Object(concurrency) as { readonly limit?: unknown };
  return typeof limit === 'number' ? limit : undefined;
}
