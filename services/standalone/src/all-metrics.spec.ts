import { allMetrics } from './all-metrics.js';

const saying = (service: string, text: string) => ({
  service,
  telemetry: { metricsText: () => Promise.resolve(text) },
});

test('metrics of one name stand together, each with the service it is of', async () => {
  const a = '# HELP runs_total Runs.\n# TYPE runs_total counter\nruns_total{status="completed"} 3 1700000000000\n';
  const b =
    '# HELP other Other.\n# TYPE other gauge\nother 1\n# HELP runs_total Runs.\n# TYPE runs_total counter\nruns_total 4\n';
  expect(await allMetrics([saying('coordinator', a), saying('gateway', b)])).toBe(
    [
      '# HELP runs_total Runs.',
      '# TYPE runs_total counter',
      'runs_total{service="coordinator",status="completed"} 3 1700000000000',
      'runs_total{service="gateway"} 4',
      '# HELP other Other.',
      '# TYPE other gauge',
      'other{service="gateway"} 1',
      '',
    ].join('\n'),
  );
});

test('braces and spaces in a label’s value are part of it', async () => {
  const text = '# TYPE a gauge\na{route="/v1/{id} x"} 1\n';
  expect(await allMetrics([saying('gateway', text)])).toContain('a{service="gateway",route="/v1/{id} x"} 1');
});

test('what is true of the whole process is said once', async () => {
  const text = '# TYPE millrace_process_memory_bytes gauge\nmillrace_process_memory_bytes{kind="rss"} 1\n';
  const all = await allMetrics([saying('gateway', text), saying('send', text)]);
  expect(all.split('\n').filter((line) => line.startsWith('millrace_process'))).toHaveLength(1);
});
