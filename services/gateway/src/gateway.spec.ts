import { PipelineList, PipelineView, StageList } from '@millrace/contracts/http';
import { OPERATIONS } from './http/operations.js';
import { World } from './testing/world.js';

interface Document {
  readonly openapi: string;
  readonly asyncapi: string;
  readonly paths: Record<string, Record<string, { responses: Record<string, unknown> }>>;
  readonly components: { readonly schemas: Record<string, unknown> };
}
const jsonOf = async <T>(world: World, path: string): Promise<T> => (await (await fetch(world.url + path)).json()) as T;

test('pipelines and stages are shown', async () => {
  await using world = await World.open();
  const { items } = PipelineList.parse(await jsonOf(world, '/v1/pipelines'));
  expect(items.map(({ name }) => name)).toEqual(['reply']);
  const pipeline = PipelineView.parse(await jsonOf(world, '/v1/pipelines/reply'));
  expect(pipeline.mermaid).toContain('classify');
  expect(pipeline.inputSchema).toBeDefined();
  expect(StageList.parse(await jsonOf(world, '/v1/stages')).items).toEqual([
    { name: 'classify', consumers: 1, pipelines: ['reply'] },
    { name: 'draft', consumers: 1, pipelines: ['reply'] },
    { name: 'forget', consumers: 1, pipelines: ['reply'] },
  ]);
});

test('readiness follows broker and store, liveness does not', async () => {
  await using world = await World.open();
  const status = async (path: string) => (await fetch(world.url + path)).status;
  expect([await status('/livez'), await status('/readyz')]).toEqual([200, 200]);
  world.brokerIsUp = false;
  expect([await status('/livez'), await status('/readyz')]).toEqual([200, 503]);
  world.brokerIsUp = true;
  world.storeIsUp = false;
  expect(await jsonOf(world, '/readyz')).toEqual({ ready: false, reason: 'the store cannot be reached' });
});

test('a stage of the same process that cannot work as it is configured is told, and the gateway stays ready', async () => {
  const reason = 'the model a/large of the stage draft cannot work as it is configured: MODEL_REFUSED';
  await using world = await World.open({ stages: () => Promise.resolve([reason]) });
  expect(await jsonOf(world, '/readyz')).toEqual({ ready: true, stages: [reason] });
});

test('requests are counted by route, never by what was typed', async () => {
  await using world = await World.open();
  await fetch(`${world.url}/v1/runs/run_secret`);
  await fetch(`${world.url}/typed/in`);
  const metrics = await (await fetch(`${world.url}/metrics`)).text();
  expect(metrics).toMatch(/millrace_http_requests_total\{[^}]*route="\/v1\/runs\/\{id\}"[^}]*status="404"/);
  expect(metrics).not.toMatch(/run_secret|typed/);
});

test('every operation refuses a query parameter that it does not have', async () => {
  await using world = await World.open();
  for (const { method, path } of OPERATIONS) {
    const response = await fetch(`${world.url}${path.replaceAll(/\{\w+\}/g, 'x')}?stauts=running`, { method });
    const { code, detail } = (await response.json()) as { code?: string; detail?: string };
    expect([path, response.status, code]).toEqual([path, 400, 'INVALID_REQUEST']);
    expect(detail).toContain('There is no query parameter "stauts" here; there are ');
  }
});

test('the OpenAPI document has every operation, and every operation is answered', async () => {
  await using world = await World.open();
  const document = await jsonOf<Document>(world, '/openapi.json');
  expect(document.openapi).toMatch(/^3\.1/);
  for (const { method, path } of OPERATIONS) {
    expect(document.paths[path]?.[method.toLowerCase()]).toBeDefined();
    const response = await fetch(world.url + path.replaceAll(/\{\w+\}/g, 'x'), {
      method,
      headers: { 'content-type': 'application/json' },
    });
    const isStream = response.headers.get('content-type')?.startsWith('text/event-stream');
    if (isStream) await response.body?.cancel();
    const { code } = (isStream ? {} : await response.json()) as { code?: string };
    expect([path, code]).not.toEqual([path, 'UNKNOWN_ROUTE']);
    expect([path, code]).not.toEqual([path, 'METHOD_NOT_ALLOWED']);
  }
  const references = [...JSON.stringify(document).matchAll(/"\$ref":"#\/([^"]+)"/g)].map(([, path]) => path!);
  expect(references).toContain('components/schemas/JsonValue');
  for (const reference of references) expect(document).toHaveProperty(reference.split('/'));
});

test('the AsyncAPI document describes what is on the wire', async () => {
  await using world = await World.open();
  const document = await jsonOf<Document & { channels: Record<string, { address: string }> }>(world, '/asyncapi.json');
  expect(document.asyncapi).toBe('3.0.0');
  expect(document.channels['intake']!.address).toBe('millrace.intake');
});

test('takes the next free port where asked to, and says which', async () => {
  await using first = await World.open();
  const port = Number(new URL(first.url).port);
  await expect(World.open({ port })).rejects.toThrow(`Port ${port} on 127.0.0.1 is taken`);
  await using second = await World.open({ port, nextFreePort: true });
  expect(Number(new URL(second.url).port)).toBeGreaterThan(port);
});
