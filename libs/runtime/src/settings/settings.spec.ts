import { z } from 'zod';
import { ConfigError, readAll, readSettings, serviceSettings } from '../index.js';

const messageOf = (work: () => unknown): string => {
  try {
    work();
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
  return 'no error';
};

test('without any setting a service runs by itself', () => {
  expect(serviceSettings({})).toMatchObject({
    kafka: undefined,
    dataDir: './.millrace',
    topicPrefix: 'millrace.',
    topicPartitions: 4,
    createTopics: true,
    databaseUrl: undefined,
    port: 8080,
    host: '127.0.0.1',
    otlpEndpoint: undefined,
    maxPlanSteps: 1_000,
    drainMs: 20_000,
  });
});

test('an empty variable is one that is not set', () => {
  expect(serviceSettings({ PORT: '', KAFKA_BROKERS: ' ', DATABASE_URL: '' })).toEqual(serviceSettings({}));
});

test('a configuration that cannot be used fails once and completely', () => {
  const message = messageOf(() =>
    serviceSettings(
      { PORT: 'eighty', DRAIN_MS: '20s', LOG_LEVEL: 'loud', KAFKA_BROKERS: 'kafka', KAFKA_SASL_MECHANISM: 'magic' },
      'classify',
    ),
  );
  expect(message.split('\n')[0]).toBe('classify cannot start: 5 settings need attention.');
  for (const name of ['PORT', 'DRAIN_MS', 'LOG_LEVEL', 'KAFKA_BROKERS', 'KAFKA_SASL_MECHANISM']) {
    expect(message).toMatch(new RegExp(`^  ${name} `, 'm'));
  }
  expect(message).toContain('is "20s": expected a whole number of milliseconds');
});

test('a service’s own settings are told together with the common ones', () => {
  const Own = z.object({
    MODEL_URL: z.string('an OpenAI-compatible endpoint, e.g. http://model:8080/v1'),
    MODEL_TIMEOUT_MS: z.string().regex(/^\d+$/, 'expected a whole number of milliseconds, e.g. 60000'),
  });
  const env = { MODEL_TIMEOUT_MS: '1m', PORT: '-1' };
  const message = messageOf(() =>
    readAll('classify', [() => serviceSettings(env, 'classify'), () => readSettings(Own, env, 'classify')]),
  );
  expect(message).toBe(
    [
      'classify cannot start: 3 settings need attention.',
      '  PORT              is "-1": expected a port from 0 to 65535',
      '  MODEL_URL         is missing: an OpenAI-compatible endpoint, e.g. http://model:8080/v1',
      '  MODEL_TIMEOUT_MS  is "1m": expected a whole number of milliseconds, e.g. 60000',
    ].join('\n'),
  );
});

test('a setting that may hold a secret is not repeated', () => {
  const message = messageOf(() => serviceSettings({ DATABASE_URL: 'mysql://root:hunter2@db' }));
  expect(message).toContain('DATABASE_URL');
  expect(message).not.toContain('hunter2');
});

test('an error about a setting repeats no login, whatever the setting is called', () => {
  const env = {
    OTEL_EXPORTER_OTLP_ENDPOINT: 'ftp://ann:s3cret@collector/?api_key=s3cret',
    HOST: '127.0.0.1',
    DATABASE_URL: 'mysql://ann:s3cret@db/m',
    LOG_LEVEL: 'http://ann:s3cret@x',
    TOPIC_PREFIX: 'ann:s3cret@kafka:9092',
  };
  const told = () => serviceSettings(env);
  expect(told).toThrow(
    'OTEL_EXPORTER_OTLP_ENDPOINT  is "ftp://[redacted]@collector/?api_key=[redacted]": expected a URL',
  );
  expect(told).toThrow(expect.objectContaining({ message: expect.not.stringContaining('s3cret') as string }));
});
