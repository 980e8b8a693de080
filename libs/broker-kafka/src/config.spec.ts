import { kafkaSettings, KafkaSettingsError } from './config.js';

const problemsOf = (env: Record<string, string>): Record<string, string> => {
  try {
    kafkaSettings(env);
  } catch (error) {
    if (error instanceof KafkaSettingsError)
      return Object.fromEntries(error.problems.map(({ variable, problem }) => [variable, problem]));
    throw error;
  }
  return {};
};

test('brokers are all it takes', () => {
  expect(kafkaSettings({ KAFKA_BROKERS: 'a:9092, b:9093' })).toEqual({
    brokers: ['a:9092', 'b:9093'],
    clientId: 'millrace',
  });
});

test('how soon who is gone loses its partitions is set where the default does not fit', () => {
  expect(kafkaSettings({ KAFKA_BROKERS: 'a:1', KAFKA_SESSION_TIMEOUT_MS: '6000' })).toMatchObject({
    sessionTimeoutMs: 6_000,
  });
});

test('TLS and SASL are taken from the environment', () => {
  const env = {
    KAFKA_BROKERS: 'a:1',
    KAFKA_SSL: 'true',
    KAFKA_SASL_MECHANISM: 'scram-sha-512',
    KAFKA_SASL_USERNAME: 'u',
    KAFKA_SASL_PASSWORD: 'p',
  };
  expect(kafkaSettings(env)).toMatchObject({
    ssl: true,
    sasl: { mechanism: 'scram-sha-512', username: 'u', password: 'p' },
  });
});

test('everything that is wrong is said at once, by name', () => {
  const problems = problemsOf({
    KAFKA_BROKERS: 'kafka',
    KAFKA_SSL: 'yes',
    KAFKA_SSL_CA: '/nowhere/ca.pem',
    KAFKA_SASL_MECHANISM: 'gssapi',
    KAFKA_SESSION_TIMEOUT_MS: '6s',
  });
  expect(Object.keys(problems).sort()).toEqual([
    'KAFKA_BROKERS',
    'KAFKA_SASL_MECHANISM',
    'KAFKA_SESSION_TIMEOUT_MS',
    'KAFKA_SSL',
    'KAFKA_SSL_CA',
  ]);
  expect(problems['KAFKA_SASL_MECHANISM']).toContain('scram-sha-256');
});

test('missing brokers are asked for with an example', () => {
  expect(problemsOf({})).toEqual({ KAFKA_BROKERS: expect.stringContaining('e.g. kafka-1:9092') as string });
});

test('a mechanism without its name and password is not enough, nor a name without a mechanism', () => {
  expect(Object.keys(problemsOf({ KAFKA_BROKERS: 'a:1', KAFKA_SASL_MECHANISM: 'plain' }))).toEqual([
    'KAFKA_SASL_USERNAME',
    'KAFKA_SASL_PASSWORD',
  ]);
  expect(Object.keys(problemsOf({ KAFKA_BROKERS: 'a:1', KAFKA_SASL_USERNAME: 'u' }))).toEqual(['KAFKA_SASL_MECHANISM']);
});

test('a password is not repeated in what is said about it', () => {
  const problem = JSON.stringify(
    problemsOf({ KAFKA_BROKERS: 'a:1', KAFKA_SASL_MECHANISM: 'nonsense', KAFKA_SASL_PASSWORD: 'secret' }),
  );
  expect(problem).not.toContain('secret');
});
