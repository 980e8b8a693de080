import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CLEAR, sample } from './api.js';
import { ROOT, until } from './processes.js';
import { STANDALONE, startStandalone, type StandaloneProcess } from './standalone-process.js';

const RUNS = 200;

let installation: StandaloneProcess;
beforeAll(async () => {
  // The largest request that tests of what is refused have to send.
  installation = await startStandalone({ MAX_BODY_BYTES: '1000000' });
});
afterAll(() => installation[Symbol.asyncDispose]());

describe('all of Millrace in one process', () => {
  test('a mail becomes a reply in the outbox', async () => {
    const id = await installation.api.start(sample('lost-card'), 'one');
    const run = await installation.api.settled(id);
    expect(run).toMatchObject({ status: 'completed', output: { reviewed: false } });
    const [mail] = (await installation.outbox()).filter((name) => name.startsWith(id));
    const text = await readFile(join(installation.dataDir, 'outbox', mail!), 'utf8');
    expect(text).toMatch(/^Subject: Re: /m);
    expect(text).toMatch(/^In-Reply-To: </m);
  });

  test('an ambiguous mail waits for a person, is approved, and is sent in that person’s words', async () => {
    const id = await installation.api.start(sample('ambiguous'), 'two');
    expect((await installation.api.settled(id)).status).toBe('waiting');
    const answer = { answer: { approved: true, text: 'We shall ring you.' }, by: 'ann' };
    expect((await installation.api.post(`/v1/reviews/${id}.approve`, answer)).status).toBe(202);
    const run = await installation.api.settled(id, 'completed');
    expect(run.output).toMatchObject({ reviewed: true, reply: 'We shall ring you.' });
    const text = await readFile(join(installation.dataDir, 'outbox', `${id}.send.eml`), 'utf8');
    expect(text).toContain('We shall ring you.');
  });

  test('what cannot be used is a problem that says why, and the service goes on', async () => {
    const path = '/v1/runs';
    const bad: [string, number, string, unknown][] = [
      [path, 400, 'INVALID_REQUEST', sample('lost-card')],
      [path, 404, 'UNKNOWN_PIPELINE', { pipeline: 'nonsense', input: {} }],
      [path, 422, 'INVALID_INPUT', { pipeline: 'support-email', input: { text: 5 } }],
      [path, 413, 'TOO_LARGE', { pipeline: 'support-email', input: { text: 'x'.repeat(2_000_000) } }],
    ];
    for (const [where, status, code, body] of bad) {
      const answer = await installation.api.post(where, body);
      const problem = (await answer.json()) as { code: string };
      expect([answer.status, problem.code]).toEqual([status, code]);
      expect(answer.headers.get('content-type')).toContain('application/problem+json');
    }
    const broken = await fetch(installation.service.url + path, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"pipeline":',
    });
    expect(await broken.json()).toMatchObject({ code: 'INVALID_JSON' });
    for (const bytes of [Buffer.from([0, 255, 254, 1, 0, 200]), Buffer.alloc(0), nested(10_000)]) {
      const answer = await installation.api.post('/v1/runs?pipeline=support-email', bytes);
      if (answer.status !== 202) expect(answer.headers.get('content-type')).toContain('application/problem+json');
      else {
        const { id } = (await answer.json()) as { id: string };
        expect(['waiting', 'dead-lettered']).toContain((await installation.api.settled(id)).status);
      }
    }
    const id = await installation.api.start(CLEAR, 'still there');
    expect((await installation.api.settled(id)).status).toBe('completed');
  });

  test('one page has the metrics of every service', async () => {
    const text = await (await fetch(`${installation.service.url}/metrics`)).text();
    for (const stage of ['intake', 'classify', 'send']) {
      expect(text).toMatch(
        new RegExp(`^millrace_stage_attempts_total\\{service="${stage}",.*outcome="completed"`, 'm'),
      );
    }
    expect(text).toMatch(/^millrace_runs_total\{service="coordinator",.*status="completed"/m);
    expect(text).toMatch(/^millrace_http_requests_total\{service="gateway",/m);
    expect(text.match(/^# TYPE millrace_stage_attempts_total /gm)).toHaveLength(1);
  });

  test('a second one on the same data is told who has it and where, and does no harm', async () => {
    const env = { PATH: process.env['PATH'], MILLRACE_DATA: installation.dataDir, PORT: '0' };
    const second = spawn(process.execPath, [STANDALONE], { cwd: ROOT, env, stdio: ['ignore', 'ignore', 'pipe'] });
    let said = '';
    second.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
    const [code] = (await once(second, 'close')) as [number];
    expect(code).toBe(1);
    expect(said).toContain(`process ${installation.service.pid}`);
    expect(said).toContain(installation.service.url);
    expect(await installation.api.get('/readyz')).toEqual({ ready: true });
  });

  test(`kill -9 in the middle of ${RUNS} runs: each ends once, with one result a step and one mail`, async () => {
    const before = (await installation.outbox()).length;
    let answered = 0;
    const waiting = new Map([0.1, 0.6].map((share) => [share * RUNS, Promise.withResolvers<void>()]));
    const starting = Promise.all(
      Array.from({ length: RUNS }, async (_, i) => {
        const id = await installation.api.start({ ...CLEAR, subject: `kill ${i}` }, `kill-${i}`);
        waiting.get(++answered)?.resolve();
        return id;
      }),
    );
    // The requests that have no answer yet are in the middle of being taken when it is killed, whatever the machine's pace.
    for (const { promise } of waiting.values()) {
      await promise;
      await installation.service.kill9();
    }
    await until('a third are sent', async () => (await installation.outbox()).length - before >= RUNS / 3);
    await installation.service.kill9();
    const ids = await starting;
    await installation.service.ready();
    expect(new Set(ids).size).toBe(RUNS);
    await until('all runs end', async () => {
      const statuses = await installation.api.statuses();
      return ids.every((id) => statuses.get(id) === 'completed');
    });
    for (const id of ids) {
      const facts = await installation.api.history(id);
      expect(facts.filter(({ type }) => type === 'run.accepted' || type === 'run.completed')).toHaveLength(2);
      const results = facts.flatMap(({ type, step }) => (type === 'step.completed' ? [step] : [])).sort();
      expect(results).toEqual(['classify', 'comply', 'draft', 'extract', 'intake', 'retrieve', 'route', 'send']);
    }
    const mails = await installation.outbox();
    expect(mails.filter((name) => ids.some((id) => name === `${id}.send.eml`))).toHaveLength(RUNS);
    expect(mails).toHaveLength(before + RUNS);
  });
});

/** A mail of parts within parts. */
function nested(depth: number): Buffer {
  const part = (i: number) => `Content-Type: multipart/mixed; boundary=b${i}\r\n\r\n--b${i}\r\n`;
  return Buffer.from(`From: a@example.com\r\n${Array.from({ length: depth }, (_, i) => part(i)).join('')}`);
}
