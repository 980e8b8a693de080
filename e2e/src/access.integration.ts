import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { kafkaBroker } from '@millrace/broker-kafka';
import { topicsOf } from '@millrace/contracts';
import { type LocalKafka, startKafka } from '@millrace/local';
import { Api } from './api.js';
import { ACCOUNTS, grant, rights } from './access/rights.js';
import { install, STAGES } from './installation.js';
import { until } from './processes.js';

const PREFIX = 'guarded.';
const topics = topicsOf(PREFIX);
const opening = new AsyncDisposableStack();
let kafka: LocalKafka;

const saslFor = (user: string) => ({ mechanism: 'plain', username: user, password: user }) as const;
const brokerFor = (user: string) =>
  kafkaBroker({ brokers: [kafka.brokers], clientId: user, transactionalIdPrefix: 'guarded', sasl: saslFor(user) });

const COMPACTED = ['plans', 'limits', 'contracts', 'pauses', 'models', 'model-ledger', 'model-answers'];
const SYSTEM = [
  'intake',
  'runs',
  'results',
  'dead-letters',
  'outcomes',
  'control',
  'deployments',
  'model-calls',
  'model-grants',
  'step-watches',
  'step-texts',
  ...COMPACTED,
];
const SINGLE = [
  ...COMPACTED.filter((name) => name !== 'model-answers'),
  'control',
  'deployments',
  'model-calls',
  'model-grants',
  'step-watches',
];

beforeAll(async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'millrace-access-'));
  opening.defer(() => rm(dataDir, { recursive: true, force: true }));
  const users = ['admin', ...ACCOUNTS.map(({ user }) => user)].map((user) => `user_${user}="${user}"`).join(' ');
  const plain = 'org.apache.kafka.common.security.plain.PlainLoginModule';
  kafka = opening.use(
    await startKafka({
      port: 0,
      dataDir,
      properties: {
        'listener.security.protocol.map': 'PLAINTEXT:SASL_PLAINTEXT,CONTROLLER:PLAINTEXT',
        'inter.broker.listener.name': 'PLAINTEXT',
        'sasl.enabled.mechanisms': 'PLAIN',
        'sasl.mechanism.inter.broker.protocol': 'PLAIN',
        'listener.name.plaintext.plain.sasl.jaas.config': `${plain} required username="admin" password="admin" ${users};`,
        'authorizer.class.name': 'org.apache.kafka.metadata.authorizer.StandardAuthorizer',
        // The controller's listener is on loopback and asks for no name.
        'super.users': 'User:admin;User:ANONYMOUS',
      },
    }),
  );
  await using admin = await brokerFor('admin');
  await admin.ensureTopics([
    ...SYSTEM.map((name) => ({
      name: PREFIX + name,
      partitions: SINGLE.includes(name) ? 1 : 2,
      compacted: COMPACTED.includes(name),
    })),
    ...STAGES.map((stage) => ({ name: topics.stage(stage), partitions: 2 })),
  ]);
  await grant(kafka.brokers, PREFIX);
}, 240_000);
afterAll(() => opening.disposeAsync());

test('the table of rights is read', () => {
  expect(new Set(rights.map(({ who }) => who))).toEqual(
    new Set(['coordinator', 'gateway', 'a stage', 'all services', 'asks', 'listens']),
  );
});

test('with the rights of the table, and no others, a pipeline runs to its end', async () => {
  const asUser = (user: string) => ({
    KAFKA_SASL_MECHANISM: 'plain',
    KAFKA_SASL_USERNAME: user,
    KAFKA_SASL_PASSWORD: user,
  });
  await using installation = await install({
    prefix: PREFIX,
    env: { KAFKA_BROKERS: kafka.brokers, CREATE_TOPICS: 'false' },
    envFor: asUser,
    sasl: saslFor('admin'),
  });
  const api = new Api(installation.gateway);
  const text = 'I lost my card yesterday. Please block it and send me a new one. Ann Miller';
  const id = await api.start({ from: 'ann@example.com', subject: 'Lost card', text }, 'access-1');
  const run = await until('the run has gone through its stages', async () => {
    const run = await api.run(id);
    return ['completed', 'waiting', 'failed', 'dead-lettered'].includes(run.status) && run;
  });
  expect(run.steps.filter(({ failure }) => failure)).toEqual([]);
  expect(['completed', 'waiting']).toContain(run.status);
}, 240_000);

test.each<[string, readonly string[]]>([
  [
    'draft',
    [
      'control',
      'deployments',
      'plans',
      'pauses',
      'limits',
      'models',
      'model-ledger',
      'results',
      'intake',
      'stage.draft',
      'stage.send',
      'stage.intake',
    ],
  ],
  ['gateway', ['control', 'plans', 'results', 'contracts', 'model-ledger', 'model-grants']],
  ['asks', ['runs', 'control', 'deployments', 'contracts', 'dead-letters', 'stage.draft']],
  ['listens', ['results']],
])(
  '%s writes to nothing that is not in its rows',
  async (user, names) => {
    await using broker = await brokerFor(user);
    for (const name of names)
      expect([
        name,
        await broker.publish([{ topic: PREFIX + name, key: 'x', value: 'x' }]).then(
          () => 'written',
          () => 'refused',
        ),
      ]).toEqual([name, 'refused']);
  },
  120_000,
);

test('an outsider that asks for runs writes to intake', async () => {
  await using broker = await brokerFor('asks');
  await broker.publish([{ topic: topics.intake, key: 'x', value: '{}', headers: { pipeline: 'nope' } }]);
}, 60_000);
