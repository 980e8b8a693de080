import type { RunView } from '@millrace/client';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { millrace } from '../app/place.js';
import { Time } from '../time/time.js';
import { usePlan } from './use-run.js';

/** Says why a run has not begun, and when it will. */
export function Held({ run }: { readonly run: RunView }) {
  const { pipeline, startsAt } = run;
  const { data } = useQuery({
    queryKey: ['pipeline', pipeline],
    queryFn: ({ signal }) => millrace.pipelines.get(pipeline, { signal }),
    enabled: startsAt === undefined,
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
        {startsAt === undefined && data?.paused && (
          <>
            its pipeline{' '}
            <Link to="/pipelines/$name" params={{ name: pipeline }}>
              {pipeline}
            </Link>{' '}
            is paused. The run begins when somebody resumes the pipeline.
          </>
        )}
        {startsAt === undefined && !data?.paused && <>{turnText(limit)}</>}
      </p>
    </div>
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
