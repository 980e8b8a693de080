import { EXIT } from '../exit.js';
import { tellUnserved } from './no-consumer.js';
import { FakeGateway, RUN, runView, stepView } from '../testing/fake-gateway.js';

const unserved = runView({
  status: 'running',
  noConsumer: ['draft'],
  steps: [stepView('reply', { stage: 'draft', status: 'running', noConsumer: true })],
});

test('run get and run list say that nobody serves the stage a run waits for', async () => {
  await using gateway = await FakeGateway.open();
  gateway.answers.set(`/v1/runs/${RUN}`, unserved);
  const { out } = await gateway.run(`run get ${RUN}`);
  expect(out).toContain('stage     draft: no consumer\n');
  expect(out).toMatch(/ {2}reply +running +no consumer/);
  gateway.answers.set('/v1/runs?limit=50', { items: [unserved] });
  expect((await gateway.run('run list')).out).toContain('running, no consumer');
});

test('who watches a run is told once of each stage that nobody serves', async () => {
  const views = [runView(), unserved, unserved, { ...unserved, noConsumer: ['draft', 'send'] }, unserved];
  const said: string[] = [];
  const over = new AbortController();
  const get = () => {
    const view = views.shift();
    if (view) return Promise.resolve(view as never);
    over.abort();
    return Promise.reject(new Error('The gateway is away.'));
  };
  await tellUnserved({ get }, RUN, { say: (text) => said.push(text), signal: over.signal, everyMs: 1 });
  expect(said).toEqual([
    'no consumer: no process serves the stage draft. Start it, and the run goes on.\n',
    'no consumer: no process serves the stage send. Start it, and the run goes on.\n',
  ]);
});

test('doctor names the stages that nobody serves, and those whose contract breaks deployed plans', async () => {
  await using gateway = await FakeGateway.open();
  const pipelines = [{ name: 'reply', plan: 'p', deployedAt: '2026-01-01T00:00:00.000Z', links: {} }];
  for (const [path, answer] of Object.entries({
    '/livez': { live: true },
    '/readyz': { ready: true },
    '/openapi.json': { info: { version: '1' } },
    '/v1/pipelines': { items: pipelines },
    '/v1/stages': { items: [{ name: 'draft', pipelines: ['reply'], consumers: 0 }] },
  }))
    gateway.answers.set(path, answer);
  const { exit, out } = await gateway.run('doctor');
  expect(exit).toBe(EXIT.error);
  expect(out).toContain('no consumer: draft. Start');
  gateway.answers.set('/v1/stages', { items: [{ name: 'draft', pipelines: ['reply'], consumers: 2 }] });
  expect((await gateway.run('doctor')).exit).toBe(EXIT.ok);

  const breaks = [{ pointer: '/output/text', detail: 'may be missing' }];
  gateway.answers.set('/v1/stages', { items: [{ name: 'draft', pipelines: ['reply'], consumers: 2, breaks }] });
  const broken = await gateway.run('doctor');
  expect(broken.exit).toBe(EXIT.error);
  expect(broken.out).toContain('draft/output/text may be missing. Deployed plans rely on the contract before');
  gateway.answers.set('/v1/stages?limit=50', {
    items: [{ name: 'draft', pipelines: ['reply'], consumers: 2, breaks }],
  });
  expect((await gateway.run('stage list')).err).toContain('contract changed: draft/output/text may be missing');
});
