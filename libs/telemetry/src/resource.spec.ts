import { otlpSink } from './otlp-sink.fixture.js';
import { telemetry } from './index.js';

const NAMES = ['OTEL_SERVICE_NAME', 'OTEL_RESOURCE_ATTRIBUTES'] as const;
const before = NAMES.map((name) => [name, process.env[name]] as const);
afterEach(() => {
  for (const [name, value] of before) {
    if (value === undefined) delete process.env[name];
    else process.env[name] = value;
  }
});

async function resourceOf(environment: Partial<Record<(typeof NAMES)[number], string>>) {
  Object.assign(process.env, environment);
  await using sink = await otlpSink();
  await using service = telemetry({ service: 'shop', version: '1.2.3', otlpEndpoint: sink.url, logLevel: 'silent' });
  service.spans.record({ context: service.spans.context(''), name: 'x', kind: 'internal', startMs: 1, endMs: 2 });
  await service.flush();
  return sink.received.find(({ path }) => path === '/v1/traces')!.resource;
}

test('a span says which service, version and instance it comes from', async () => {
  const resource = await resourceOf({});
  expect(resource).toMatchObject({ 'service.name': 'shop', 'service.version': '1.2.3' });
  expect(resource['service.instance.id']).toMatch(/^[0-9a-f-]{36}$/);
});

test('OTEL_SERVICE_NAME and OTEL_RESOURCE_ATTRIBUTES take effect', async () => {
  const resource = await resourceOf({
    OTEL_SERVICE_NAME: 'till',
    OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment.name=test,service.instance.id=pod-7',
  });
  expect(resource).toMatchObject({
    'service.name': 'till',
    'deployment.environment.name': 'test',
    'service.instance.id': 'pod-7',
  });
});
