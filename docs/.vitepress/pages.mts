import type { DefaultTheme } from 'vitepress';

type Items = DefaultTheme.SidebarItem[];

const tutorial: Items = [{ text: 'Your own pipeline in fifteen minutes', link: '/tutorial/your-own-pipeline' }];

const howTo: Items = [
  { text: 'Add a stage', link: '/how-to/add-a-stage' },
  { text: 'Call an LLM', link: '/how-to/call-an-llm' },
  { text: 'Wait for a person', link: '/how-to/wait-for-a-person' },
  { text: 'Run on a schedule', link: '/how-to/schedule' },
  { text: 'Deploy a version', link: '/how-to/deploy-a-version' },
  { text: 'Test a pipeline', link: '/how-to/test' },
  { text: 'Use an HTTP endpoint as a stage', link: '/how-to/http-stages' },
  { text: 'Limit a stage, set priorities', link: '/how-to/limit-a-stage' },
  { text: 'Cache a step', link: '/how-to/cache-a-step' },
  { text: 'Pass large payloads', link: '/how-to/large-payloads' },
  { text: 'Pause', link: '/how-to/pause' },
  { text: 'Find runs', link: '/how-to/find-runs' },
  { text: 'Clear dead letters', link: '/how-to/clear-dead-letters' },
  { text: 'Keep the order behind a parked run', link: '/how-to/keep-the-order' },
  { text: 'Receive webhooks', link: '/how-to/receive-webhooks' },
  { text: 'See who did what', link: '/how-to/audit' },
  { text: 'Keep less', link: '/how-to/keep-less' },
  { text: 'Erase a person', link: '/how-to/erase' },
  { text: 'Replay a run', link: '/how-to/replay-a-run' },
  { text: 'Run on Kafka', link: '/how-to/run-on-kafka' },
  { text: 'Operate Millrace', link: '/how-to/operate' },
];

const from: Items = [
  'LangGraph',
  'Airflow',
  'Prefect',
  'Temporal',
  'Step Functions',
  'Conductor',
  'kafkajs',
  'NestJS',
].map((text) => ({ text, link: `/how-to/from/${text.toLowerCase().replace(' ', '-')}` }));

const reference: Items = [
  { text: 'Pipeline language', link: '/reference/pipeline-language' },
  { text: 'Pipelines in YAML', link: '/reference/yaml' },
  { text: 'What starts runs', link: '/reference/starts' },
  { text: 'Versions', link: '/reference/versions' },
  { text: 'Command line', link: '/reference/cli' },
  { text: 'HTTP API', link: '/reference/http' },
  { text: 'Wire protocol', link: '/reference/wire' },
  { text: 'Packages', link: '/reference/packages' },
  { text: 'Settings', link: '/reference/settings' },
  { text: 'Errors', link: '/reference/errors' },
  { text: 'Metrics', link: '/reference/metrics' },
  { text: 'Traces', link: '/reference/traces' },
  { text: 'Constructs and their tests', link: '/reference/constructs' },
];

const explanation: Items = [
  { text: 'Exactly once', link: '/explanation/exactly-once' },
  { text: 'Plans', link: '/explanation/plans' },
  { text: 'The saga of a run', link: '/explanation/saga' },
  { text: 'One trace per run', link: '/explanation/traces' },
  { text: 'Alternatives and limits', link: '/explanation/alternatives' },
  { text: 'How a customer’s mail is read', link: '/explanation/mail' },
  { text: 'Benchmarks', link: '/explanation/benchmarks' },
  { text: 'Capacity', link: '/explanation/capacity' },
  { text: 'Decisions', link: '/decisions/' },
];

/** Lists the pages in the order in which the sidebar shows them. */
export const sidebar: Items = [
  { text: 'Tutorial', items: tutorial },
  { text: 'How-to guides', items: howTo },
  { text: 'Coming from', link: '/how-to/from/', items: from, collapsed: true },
  { text: 'Reference', items: reference },
  { text: 'Explanation', items: explanation },
];
