import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FileOutbox } from './file-outbox.js';
import type { Reply } from './reply.js';

const reply: Reply = {
  key: 'run_1.send',
  messageId: '<run_1.send@bank.example>',
  from: 'Support <support@bank.example>',
  to: { name: 'Ada', address: 'ada@example.com' },
  subject: 'Re: Café',
  text: 'Soon.\n.\nYours',
  inReplyTo: '<one@example.com>',
};
const signal = new AbortController().signal;
let folder: string;
let outbox: FileOutbox;

beforeEach(async () => {
  folder = join(await mkdtemp(join(tmpdir(), 'outbox-')), 'made/on/demand');
  outbox = new FileOutbox(reply.from, folder);
});
afterEach(() => rm(join(folder, '../../..'), { recursive: true }));

test('a reply is a file that any mail program opens', async () => {
  const { path, via } = await outbox.deliver(reply, signal);
  const eml = await readFile(path!, 'utf8');
  expect(via).toBe('outbox');
  for (const header of [
    'From: Support <support@bank.example>',
    'To: Ada <ada@example.com>',
    'Subject: =?UTF-8?Q?Re=3A_Caf=C3=A9?=',
    'Message-ID: <run_1.send@bank.example>',
    'In-Reply-To: <one@example.com>',
    'References: <one@example.com>',
    'Auto-Submitted: auto-replied',
  ]) {
    expect(eml).toContain(`${header}\n`);
  }
  expect(eml).toContain('Soon.\n.\nYours');
});

test('a second attempt writes nothing new', async () => {
  const { path } = await outbox.deliver(reply, signal);
  const before = await stat(path!);
  expect(await outbox.deliver({ ...reply, text: 'Something else.' }, signal)).toEqual({ via: 'outbox', path });
  expect((await stat(path!)).mtimeMs).toBe(before.mtimeMs);
  expect(await readFile(path!, 'utf8')).toContain('Soon.');
});

test('two attempts at once leave one whole file', async () => {
  await Promise.all([outbox.deliver(reply, signal), outbox.deliver(reply, signal)]);
  expect(await readdir(folder)).toEqual(['run_1.send.eml']);
});

test('a step that is out of time writes nothing', async () => {
  await expect(outbox.deliver(reply, AbortSignal.abort())).rejects.toThrow();
  expect(await readdir(join(folder, '../../..'))).toEqual([]);
});
