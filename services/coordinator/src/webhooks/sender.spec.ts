import { createServer, type IncomingMessage } from 'node:http';
import { mkdtemp, rm } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { randomId, type WebhookBody } from '@millrace/contracts';
import { openStore, type Store } from '@millrace/store';
import { telemetry } from '@millrace/telemetry';
import { WebhookSender } from './sender.js';
import { keyOf, signatureOf } from './signature.js';

const T0 = 1_700_000_000_000;
const key = keyOf('whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw')!;

let dir: string;
let store: Store;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'millrace-webhooks-'));
  store = await openStore({ databaseUrl: undefined, dataDir: dir });
});
afterAll(async () => {
  await store[Symbol.asyncDispose]();
  await rm(dir, { recursive: true });
});

/** An endpoint that answers with these statuses, one after the other, and then with 204. */
async function endpoint(...statuses: number[]) {
  const seen: { headers: IncomingMessage['headers']; body: string }[] = [];
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      seen.push({ headers: request.headers, body });
      const status = statuses.shift() ?? 204;
      response.writeHead(status, status === 302 ? { location: '/elsewhere' } : {}).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/hooks`;
  const close = async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
  return { url, seen, [Symbol.asyncDispose]: close };
}

const keep = async () => {
  const id = randomId('msg');
  const body: WebhookBody = { type: 'run.ended', timestamp: new Date(T0).toISOString(), data: { status: 'completed' } };
  await store.writer.keep([], [{ id, run: undefined, at: T0, body }]);
  return { id, body };
};
const senderTo = (url: string, clock: { now: number }) =>
  new WebhookSender(
    { url, key, types: new Set(['run.ended']) },
    { store, telemetry: telemetry({ service: 'coordinator', logLevel: 'silent' }), now: () => clock.now },
  );

test('a signature is that of Standard Webhooks', () => {
  const signed = { id: 'msg_p5jXN8AQM9LWM0D4loKWxJek', timestamp: 1614265330, body: '{"test": 2432232314}' };
  expect(signatureOf(signed, key)).toBe('v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=');
});

test.each(['', 'whsec_', 'MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', 'whsec_c2hvcnQ=', `whsec_${'A'.repeat(200)}`])(
  'what is no secret is refused: "%s"',
  (text) => {
    expect(keyOf(text)).toBeUndefined();
  },
);

test('a webhook is delivered once it is taken, signed, and no more', async () => {
  await using receiver = await endpoint();
  const { id, body } = await keep();
  const clock = { now: T0 + 1_500 };
  const sender = senderTo(receiver.url, clock);
  expect(await sender.round()).toBe(1);
  clock.now += 86_400_000;
  expect(await sender.round()).toBe(0);
  const [{ headers, body: text }] = receiver.seen as [(typeof receiver.seen)[0]];
  expect(JSON.parse(text)).toEqual(body);
  expect(headers).toMatchObject({
    'content-type': 'application/json',
    'webhook-id': id,
    'webhook-timestamp': String(Math.floor(T0 / 1_000) + 1),
    'webhook-signature': signatureOf({ id, timestamp: Math.floor(T0 / 1_000) + 1, body: text }, key),
  });
});

test('a webhook that is refused, redirected or not answered is tried again, later each time and with the same id, and others are delivered meanwhile', async () => {
  await using receiver = await endpoint(500, 302);
  const { id } = await keep();
  const clock = { now: T0 };
  const sender = senderTo(receiver.url, clock);
  await sender.round();
  const other = await keep();
  expect(await sender.round()).toBe(1);
  clock.now = T0 + 3_999;
  expect(await sender.round()).toBe(0);
  for (const ms of [7_000, 13_000]) {
    clock.now += ms;
    await sender.round();
  }
  const ids = receiver.seen.map(({ headers }) => headers['webhook-id']);
  expect(ids.filter((one) => one === id).length).toBeGreaterThanOrEqual(2);
  expect(ids).toContain(other.id);
  clock.now += 86_400_000;
  await sender.round();
  expect(await sender.round()).toBe(0);
});

test('a webhook that nobody has taken for three days is given up', async () => {
  const { url } = await (async () => {
    await using gone = await endpoint();
    return gone;
  })();
  await keep();
  const clock = { now: T0 };
  const sender = senderTo(url, clock);
  expect(await sender.round()).toBe(1);
  clock.now += 3 * 86_400_000;
  expect(await sender.round()).toBe(1);
  clock.now += 86_400_000;
  expect(await sender.round()).toBe(0);
});
