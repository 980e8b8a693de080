import { createHmac } from 'node:crypto';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { CLEAR, sample } from './api.js';
import { until } from './processes.js';
import { startStandalone } from './standalone-process.js';

const KEY = Buffer.alloc(32, 7);

interface Hook {
  readonly id: string;
  readonly type: string;
  readonly data: Readonly<Record<string, string>>;
}

/** An endpoint that answers 503 until it is opened, and refuses what is not signed as it has to be. */
async function receiver() {
  const state = { open: false, refused: 0, forged: 0, hooks: [] as Hook[] };
  const isSigned = (headers: IncomingHttpHeaders, body: string): boolean => {
    const signed = `${String(headers['webhook-id'])}.${String(headers['webhook-timestamp'])}.${body}`;
    return headers['webhook-signature'] === `v1,${createHmac('sha256', KEY).update(signed).digest('base64')}`;
  };
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      if (!isSigned(request.headers, body)) state.forged++;
      else if (state.open) {
        const { type, data } = JSON.parse(body) as Omit<Hook, 'id'>;
        state.hooks.push({ id: String(request.headers['webhook-id']), type, data });
      } else state.refused++;
      response.writeHead(state.open ? 204 : 503).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const close = async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
  return { url, state, [Symbol.asyncDispose]: close };
}

test('an endpoint that was away hears, after a crash, of every run that ended, every letter and every review, while runs went on', async () => {
  await using endpoint = await receiver();
  const { state } = endpoint;
  const WEBHOOK_SECRET = `whsec_${KEY.toString('base64')}`;
  await using installation = await startStandalone({ WEBHOOK_URL: endpoint.url, WEBHOOK_SECRET });
  const { api, service } = installation;
  const ended = await api.start(CLEAR, 'clear');
  await api.settled(ended, 'completed');
  const parked = await api.start(Buffer.from('Subject: \r\n\r\n'), 'empty');
  const asked = await api.start(sample('ambiguous'), 'ambiguous');
  await api.settled(parked, 'dead-lettered');
  await api.settled(asked, 'waiting');
  await until('the endpoint has refused them', () => state.refused > 0);
  await service.kill9();
  await service.ready();
  state.open = true;
  const told = (type: string, run: string) =>
    state.hooks.filter((hook) => hook.type === type && hook.data['run'] === run);
  await until(
    'all are told',
    () => told('run.ended', ended)[0] && told('letter.parked', parked)[0] && told('review.due', asked)[0],
  );
  expect(told('run.ended', ended)[0]!.data).toEqual({ run: ended, pipeline: 'support-email', status: 'completed' });
  expect(told('letter.parked', parked)[0]!.data).toMatchObject({ pipeline: 'support-email', code: 'EMAIL_EMPTY' });
  // The same webhook may come twice, with one id.
  for (const [type, run] of [
    ['run.ended', ended],
    ['letter.parked', parked],
    ['review.due', asked],
  ] as const)
    expect(new Set(told(type, run).map(({ id }) => id)).size).toBe(1);
  expect(state.forged).toBe(0);
}, 300_000);
