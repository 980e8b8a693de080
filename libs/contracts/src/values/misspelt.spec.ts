import { misspeltSettings, misspeltText, SETTINGS } from './misspelt.js';

const nearest = (variable: string, value = 'x') => misspeltSettings({ [variable]: value }).map((one) => one.nearest);

test.each([
  ['KAFKA_BROKER', 'KAFKA_BROKERS'],
  ['KAKFA_BROKERS', 'KAFKA_BROKERS'],
  ['kafka_brokers', 'KAFKA_BROKERS'],
  ['KAFKABROKERS', 'KAFKA_BROKERS'],
  ['MODEL_ULR', 'MODEL_URL'],
  ['MODEL_PROVIDR', 'MODEL_PROVIDER'],
  ['MODEL_TIMEOUT', 'MODEL_TIMEOUT_MS'],
  ['TOPIC_PERFIX', 'TOPIC_PREFIX'],
  ['OTEL_EXPORTER_OLTP_ENDPOINT', 'OTEL_EXPORTER_OTLP_ENDPOINT'],
  ['DATABASE_URI', 'DATABASE_URL'],
  ['MILRACE_DATA', 'MILLRACE_DATA'],
  ['MILLRACE_DIR', undefined],
  ['MILLRACE_PORT', 'PORT'],
  ['ROUTE_CONFIDANCE', 'ROUTE_CONFIDENCE'],
  ['LOGLEVEL', 'LOG_LEVEL'],
  ['PROT', 'PORT'],
  ['PIPELINE', 'PIPELINES'],
])('%s is told as a misspelt setting', (variable, setting) => {
  expect(nearest(variable)).toEqual([setting]);
});

test.each([
  ...['KAFKA_HOME', 'KAFKA_OPTS', 'KAFKA_HEAP_OPTS', 'KAFKA_LOG_DIRS', 'KAFKA_BROKER_ID', 'KAFKA_VERSION'],
  ...['KUBERNETES_SERVICE_HOST', 'KUBERNETES_PORT', 'KAFKA_SERVICE_HOST', 'KAFKA_PORT_9092_TCP_ADDR'],
  ...['MILLRACE_SERVICE_PORT', 'MILLRACE_GATEWAY_SERVICE_HOST', 'MILLRACE_PORT_8080_TCP_PROTO'],
  ...['OTEL_SERVICE_NAME', 'OTEL_EXPORTER_OTLP_HEADERS', 'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT', 'OTEL_TRACES_SAMPLER'],
  ...['DATABASE_SSL', 'DATABASE_NAME', 'MODEL_PATH', 'HTTP_URL', 'NODE_URL', 'HTTP_PROXY', 'OUTPUT_DIR', 'INBOX_DIR'],
  ...['HOME', 'POST', 'PORTS', 'HOSTNAME', 'HOSTS', 'COST', 'PATH', 'LOGNAME', 'TOPIC_NAME', 'MAX_ITEMS', 'NODE_ENV'],
])('%s is somebody else’s variable', (variable) => {
  expect(nearest(variable)).toEqual([]);
});

test('addresses that Kubernetes gives a container are no settings', () => {
  expect(nearest('MILLRACE_PORT', 'tcp://10.0.0.7:8080')).toEqual([]);
});

test('settings themselves, and variables that are empty, are not told', () => {
  const env = Object.fromEntries(SETTINGS.map((name) => [name, 'x']));
  expect(misspeltSettings({ ...env, MODEL_ULR: ' ' })).toEqual([]);
});

test('the warning names the variable and the setting, never the value', () => {
  expect(misspeltText({ MODEL_API_KYE: 's3cret', MILLRACE_DIR: 'x' })).toEqual([
    'warning: MODEL_API_KYE is not a setting of Millrace, and is ignored: did you mean MODEL_API_KEY?',
    'warning: MILLRACE_DIR is not a setting of Millrace, and is ignored.',
  ]);
});
