import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Incoming } from '@millrace/broker';
import { groupsOf, headerText, type RunResult } from '@millrace/contracts';
import { behind, consumerGroups } from './consumer-groups.js';
import { histories, repeated } from './histories.js';
import { type Installation, install, STAGES } from './installation.js';
import { ROOT, until } from './processes.js';

/** The number of runs that are under way while services are killed. */
const RUNS = Number(process.env['E2E_RUNS'] ?? 1_000);

const clear = {
  from: 'ann@example.com',
  subject: 'Lost card',
  text: 'I lost my debit card in town yesterday. Please block it and send me a new one.',
};
const sample = (name: string) => readFileSync(join(ROOT, 'pipelines/support-email/samples', name));
const json = <T>(record: Incoming): T => JSON.parse(record.value?.toString() ?? 'null') as T;

let installation: Installation;
beforeAll(async () => {
  installation = await install({ twice: ['classify'] });
}, 240_000);
afterAll(() => installation[Symbol.asyncDispose](), 60_000);

const publish = (value: string | Buffer | null, headers: Record<string, string> = { pipeline: 'support-email' }) =>
  installation.broker.publish([{ topic: installation.topics.intake, key: null, value, headers }]);

const get = async <T>(path: string): Promise<T> => (await fetch(installation.gateway + path)).json() as Promise<T>;
const post = (path: string, body: unknown, headers: Record<string, string> = { 'content-type': 'application/json' }) =>
  fetch(installation.gateway + path, {
    method: 'POST',
    headers,
    body: body instanceof Uint8Array ? body : JSON.stringify(body),
  });

interface View {
  id: string;
  status: string;
  output?: { reply: string; sent?: { to: string } };
  steps: { name: string; status: string }[];
}
const ended = (id: string) =>
  until(`run ${id} ends`, async () => {
    const run = await get<View>(`/v1/runs/${id}`);
    return run.status === 'running' ? undefined : run;
  });

describe('on Kafka, with each service in its own process', () => {
  test('a JSON value and the name of a pipeline are enough: the reply is on results', async () => {
    await publish(JSON.stringify(clear));
    const result = await until('the result', async () =>
      (await installation.read(installation.topics.results)).map((one) => json<RunResult>(one)).at(0),
    );
    expect(result).toMatchObject({
      pipeline: 'support-email',
      status: 'completed',
      output: { intent: 'lost-or-stolen-card', reviewed: false },
    });
  });

  test('an ambiguous e-mail waits for a person, is approved, and is sent', async () => {
    const asked = await post('/v1/runs?pipeline=support-email', sample('ambiguous.eml'), {
      'content-type': 'message/rfc822',
    });
    expect(asked.status).toBe(202);
    const { id } = (await asked.json()) as View;
    expect((await ended(id)).status).toBe('waiting');
    const answered = await post(`/v1/reviews/${id}.approve`, { answer: { approved: true }, by: 'ann' });
    expect(answered.status).toBe(202);
    const run = await until('the run ends', async () => {
      const now = await ended(id);
      return now.status === 'completed' ? now : undefined;
    });
    expect(run.steps.find((step) => step.name === 'send')?.status).toBe('completed');
  });

  test('the same idempotency key twice is one run', async () => {
    const headers = { pipeline: 'support-email', 'idempotency-key': 'once-only' };
    await Promise.all([1, 2, 3].map(() => publish(JSON.stringify(clear), headers)));
    await publish(JSON.stringify(clear), headers);
    await publish(JSON.stringify({ ...clear, subject: 'the last one' }), {
      pipeline: 'support-email',
      'idempotency-key': 'last',
    });
    await until('the last one is taken on', async () => (await count(`idempotencyKey":"last"`)) === 1);
    expect(await count(`idempotencyKey":"once-only"`)).toBe(1);
  });

  const count = async (text: string): Promise<number> => {
    const { rows } = await installation.database.query<{ n: number }>(
      'select count(*)::int as n from history where facts::text like $1',
      [`%${text}%`],
    );
    return rows[0]!.n;
  };

  test('what cannot be read is a dead letter with the original bytes, and the services go on', async () => {
    const deep = Array.from(
      { length: 10_000 },
      (_, i) => `Content-Type: multipart/mixed; boundary=b${i}\r\n\r\n--b${i}\r\n`,
    ).join('');
    const bad: [string, string | Buffer | null, Record<string, string>][] = [
      ['INVALID_JSON', 'not json', { pipeline: 'support-email' }],
      ['INVALID_JSON', Buffer.from([0, 255, 254, 1]), { pipeline: 'support-email' }],
      ['INVALID_JSON', null, { pipeline: 'support-email' }],
      ['MISSING_PIPELINE', '{}', {}],
      ['UNKNOWN_PIPELINE', '{}', { pipeline: 'nonsense' }],
      ['INVALID_INPUT', '{"text":5}', { pipeline: 'support-email' }],
      ['INVALID_INPUT', '[]', { pipeline: 'support-email' }],
    ];
    for (const [, value, headers] of bad) await publish(value, headers);
    const letters = await until('all dead letters', async () => {
      const found = (await installation.read(installation.topics.deadLetters)).filter((one) =>
        headerText(one.headers, 'millrace-failure-code'),
      );
      return found.length >= bad.length ? found : undefined;
    });
    for (const [code, value] of bad) {
      const bytes = typeof value === 'string' ? Buffer.from(value) : value;
      const match = letters.find(
        (one) => headerText(one.headers, 'millrace-failure-code') === code && String(one.value) === String(bytes),
      );
      expect([code, match?.value ?? null]).toEqual([code, bytes]);
    }
    await until(
      'they are listed',
      async () => (await get<{ items: unknown[] }>('/v1/dead-letters')).items.length >= bad.length,
    );

    const nested = await post('/v1/runs?pipeline=support-email', Buffer.from(`From: a@example.com\r\n${deep}`), {
      'content-type': 'message/rfc822',
    });
    const garbage = await post('/v1/runs?pipeline=support-email', Buffer.from([0, 1, 2, 255, 254, 0]), {
      'content-type': 'message/rfc822',
    });
    for (const asked of [nested, garbage]) {
      expect(asked.status).toBe(202);
      expect(['waiting', 'dead-lettered']).toContain((await ended(((await asked.json()) as View).id)).status);
    }
    const { id } = (await (await post('/v1/runs', { pipeline: 'support-email', input: clear })).json()) as View;
    expect((await ended(id)).status).toBe('completed');
  });

  test('over HTTP a bad request is a problem that names the field', async () => {
    const wrong = await post('/v1/runs', { pipeline: 'support-email', input: { text: 5 } });
    expect(wrong.status).toBe(422);
    expect(wrong.headers.get('content-type')).toContain('application/problem+json');
    expect(await wrong.json()).toMatchObject({
      code: 'INVALID_INPUT',
      errors: [{ pointer: expect.stringContaining('/input') as string }],
    });
  });

  test('two processes of a stage share its work, and the other has all of it when one is gone', async () => {
    const owned = async (name: string) => {
      const text = await (await fetch(`${installation.services.get(name)!.url}/metrics`)).text();
      const lines = text.split('\n').filter((line) => line.startsWith('millrace_stage_attempts_total{'));
      return lines.reduce(
        (sum, line) =>
          sum +
          Number(
            line
              .slice(line.lastIndexOf('}') + 1)
              .trim()
              .split(' ')[0],
          ),
        0,
      );
    };
    const before = await Promise.all([owned('classify-1'), owned('classify-2')]);
    await installation.broker.publish(
      Array.from({ length: 100 }, (_, i) => ({
        topic: installation.topics.intake,
        key: null,
        value: JSON.stringify({ ...clear, subject: `share ${i}` }),
        headers: { pipeline: 'support-email' },
      })),
    );
    const after = await until('all are classified', async () => {
      const now = await Promise.all([owned('classify-1'), owned('classify-2')]);
      return now[0]! + now[1]! - before[0]! - before[1]! >= 100 ? now : undefined;
    });
    expect(after[0]! - before[0]!).toBeGreaterThan(0);
    expect(after[1]! - before[1]!).toBeGreaterThan(0);
  });

  test(`kill -9 of every service under a load of ${RUNS} runs: every run ends, each step has one result`, async () => {
    const prefix = 'kill-';
    for (let i = 0; i < RUNS; i += 250) {
      await installation.broker.publish(
        Array.from({ length: Math.min(250, RUNS - i) }, (_, j) => ({
          topic: installation.topics.intake,
          key: null,
          value: JSON.stringify({ ...clear, subject: `kill ${i + j}` }),
          headers: { pipeline: 'support-email', 'idempotency-key': `${prefix}${i + j}` },
        })),
      );
    }
    const done = async (): Promise<number> => {
      const { rows } = await installation.database.query<{ n: number }>(
        `select count(*)::int as n from runs where status <> 'running'`,
      );
      return rows[0]!.n;
    };
    const before = await done();
    let killed = 0;
    for (const service of installation.services.values()) {
      const reached = before + (RUNS * killed) / (installation.services.size + 1);
      await until(
        `a good part is done (${killed} killed)`,
        async () => (await done()) >= Math.min(reached, before + RUNS),
        300_000,
      );
      await service.kill9();
      killed++;
    }
    await until(
      'all runs end',
      async () => (await count(`idempotencyKey":"${prefix}`)) === RUNS && (await running()) === 0,
      300_000,
    );

    expect(repeated(await histories(installation.database))).toEqual([]);
    const results = (await installation.read(installation.topics.results)).map((one) => json<RunResult>(one).run);
    expect(results.length).toBe(new Set(results).size);
    const completed = await installation.database.query<{ id: string }>(
      `select id from runs where status = 'completed'`,
    );
    expect([...results].sort()).toEqual(completed.rows.map((row) => row.id).sort());
  }, 900_000);

  test('when all is done, Kafka’s own tool says that no group is behind', async () => {
    const groups = groupsOf(installation.prefix);
    const all = [
      groups.intake,
      groups.runs,
      groups.deadLetters,
      groups.deployments,
      groups.modelCalls,
      groups.outcomes,
      ...STAGES.map(groups.stage),
    ];
    const said = await until('nobody is behind', async () => {
      const now = await consumerGroups(process.env['KAFKA_BROKERS']!, installation.prefix);
      return behind(now).length === 0 && now;
    });
    expect([...new Set(said.map(({ group }) => group))].sort()).toEqual([...all].sort());
  });

  const running = async (): Promise<number> => {
    const { rows } = await installation.database.query<{ n: number }>(
      `select count(*)::int as n from runs where status = 'running'`,
    );
    return rows[0]!.n;
  };
});
