import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { within } from './work/scope.js';
import { traceCalls } from './traced-calls.js';

const OURS = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
const THEIRS = OURS.replace('b7ad', 'ffff');

const seen: (string | undefined)[] = [];
const server = createServer((request, response) => {
  seen.push(request.headers['traceparent'] as string | undefined);
  response.end('{}');
});
let url: string;
beforeAll(async () => {
  traceCalls();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(async () => {
  server.closeAllConnections();
  server.close();
  await once(server, 'close');
});
beforeEach(() => void (seen.length = 0));

const log = {} as never;
const call = async (headers: Record<string, string> = {}) => {
  await (await fetch(url, { method: 'POST', body: '{}', headers })).text();
};

test('what a stage calls, a model for instance, is told of the attempt that calls it', async () => {
  await within({ log, traceparent: OURS }, () => call());
  expect(seen).toEqual([OURS]);
});

test('a call that brings a context keeps it, and one outside of an attempt has none', async () => {
  await within({ log, traceparent: OURS }, () => call({ traceparent: THEIRS }));
  await call();
  expect(seen).toEqual([THEIRS, undefined]);
});

test('attempts that call at the same time are kept apart', async () => {
  await Promise.all([
    within({ log, traceparent: OURS }, () => call()),
    within({ log, traceparent: THEIRS }, () => call()),
  ]);
  expect(new Set(seen)).toEqual(new Set([OURS, THEIRS]));
});
