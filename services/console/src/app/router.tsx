import { createRootRoute, createRoute, createRouter, lazyRouteComponent } from '@tanstack/react-router';
import { readLettersSearch } from '../dead-letters/search.js';
import { OverviewPage } from '../overview/overview-page.js';
import { readRunsSearch, RunsPage } from '../runs/runs-page.js';
import { CrashPage, NotFoundPage } from '../states/pages.js';
import { Loading } from '../states/loading.js';
import { consolePath } from './place.js';
import { readRecordsSearch } from '../topics/search.js';
import { Shell } from './shell.js';

const rootRoute = createRootRoute({
  component: Shell,
  notFoundComponent: NotFoundPage,
  errorComponent: ({ error }) => <CrashPage error={error} />,
});

const textIn = (search: Record<string, unknown>, name: string): string | undefined => {
  const value = search[name];
  return typeof value === 'string' && value !== '' ? value : undefined;
};

const at = { getParentRoute: () => rootRoute };
const overview = createRoute({ ...at, path: '/', component: OverviewPage });
const runs = createRoute({ ...at, path: '/runs', validateSearch: readRunsSearch, component: RunsPage });
const run = createRoute({
  ...at,
  path: '/runs/$id',
  validateSearch: (search): { step?: string; view?: string } => {
    const [step, view] = [textIn(search, 'step'), textIn(search, 'view')];
    return { ...(step && { step }), ...(view && { view }) };
  },
  component: lazyRouteComponent(() => import('../run/run-page.js'), 'RunPage'),
});
const compare = createRoute({
  ...at,
  path: '/runs/$id/compare',
  validateSearch: (search): { to?: string } => {
    const to = textIn(search, 'to');
    return to === undefined ? {} : { to };
  },
  component: lazyRouteComponent(() => import('../run/compare-page.js'), 'ComparePage'),
});
const reviews = createRoute({
  ...at,
  path: '/reviews',
  validateSearch: (search): { id?: string; kind?: string; claimedBy?: string; pipeline?: string } => {
    const found = ['id', 'kind', 'claimedBy', 'pipeline'].map((name) => [name, textIn(search, name)] as const);
    return Object.fromEntries(found.filter(([, value]) => value !== undefined));
  },
  component: lazyRouteComponent(() => import('../reviews/reviews-page.js'), 'ReviewsPage'),
});
const deadLetters = createRoute({
  ...at,
  path: '/dead-letters',
  validateSearch: readLettersSearch,
  component: lazyRouteComponent(() => import('../dead-letters/dead-letters-page.js'), 'DeadLettersPage'),
});
const deadLetter = createRoute({
  ...at,
  path: '/dead-letters/$id',
  component: lazyRouteComponent(() => import('../dead-letters/dead-letter-page.js'), 'DeadLetterPage'),
});
const jobs = createRoute({
  ...at,
  path: '/jobs',
  component: lazyRouteComponent(() => import('../jobs/jobs-page.js'), 'JobsPage'),
});
const job = createRoute({
  ...at,
  path: '/jobs/$id',
  component: lazyRouteComponent(() => import('../jobs/job-page.js'), 'JobPage'),
});
const pipelines = createRoute({
  ...at,
  path: '/pipelines',
  component: lazyRouteComponent(() => import('../pipelines/pipelines-page.js'), 'PipelinesPage'),
});
const pipeline = createRoute({
  ...at,
  path: '/pipelines/$name',
  validateSearch: (search): { version?: string; from?: string } => {
    const { version, from } = search;
    return {
      ...(version !== undefined && { version: String(version) }),
      ...(from !== undefined && { from: String(from) }),
    };
  },
  component: lazyRouteComponent(() => import('../pipelines/pipeline-page.js'), 'PipelinePage'),
});
const stages = createRoute({
  ...at,
  path: '/stages',
  component: lazyRouteComponent(() => import('../stages/stages-page.js'), 'StagesPage'),
});
const models = createRoute({
  ...at,
  path: '/models',
  component: lazyRouteComponent(() => import('../models/models-page.js'), 'ModelsPage'),
});
const topics = createRoute({
  ...at,
  path: '/topics',
  component: lazyRouteComponent(() => import('../topics/topics-page.js'), 'TopicsPage'),
});
const topic = createRoute({
  ...at,
  path: '/topics/$name',
  validateSearch: readRecordsSearch,
  component: lazyRouteComponent(() => import('../topics/topic-page.js'), 'TopicPage'),
});
const schedules = createRoute({
  ...at,
  path: '/schedules',
  component: lazyRouteComponent(() => import('../schedules/schedules-page.js'), 'SchedulesPage'),
});

/** Every page of the console has an address; `basepath` is wherever the gateway is served. */
export const router = createRouter({
  routeTree: rootRoute.addChildren([
    ...[
      overview,
      runs,
      run,
      compare,
      reviews,
      deadLetters,
      deadLetter,
      jobs,
      job,
      pipelines,
      pipeline,
      stages,
      models,
      topics,
      topic,
      schedules,
    ],
  ]),
  basepath: consolePath,
  scrollRestoration: true,
  defaultPreload: 'intent',
  defaultPendingComponent: Loading,
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}
