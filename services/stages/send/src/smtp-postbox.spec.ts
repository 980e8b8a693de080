import { type AddressInfo, createServer, type Socket } from 'node:net';
import type { Reply } from './reply.js';
import { SmtpPostbox } from './smtp-postbox.js';

const reply: Reply = {
  key: 'run_1.send',
  messageId: '<run_1.send@bank.example>',
  from: 'Support <support@bank.example>',
  to: { name: 'Ada', address: 'ada@example.com' },
  subject: 'Re: Refund',
  text: 'Soon.',
};
const signal = new AbortController().signal;

/** A mail server that takes what it is sent, or answers each recipient as told. */
async function mailServer(toRecipient = '250 ok') {
  const taken: string[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    let inData = false;
    let mail = '';
    let rest = '';
    const say = (line: string) => socket.write(`${line}\r\n`);
    say('220 test');
    socket.on('error', () => socket.destroy());
    socket.on('data', (chunk) => {
      const lines = (rest + chunk.toString()).split('\r\n');
      rest = lines.pop()!;
      for (const line of lines) {
        if (inData && line !== '.') mail += `${line}\n`;
        else if (inData) {
          inData = false;
          taken.push(mail);
          say('250 taken');
        } else if (/^DATA/i.test(line)) {
          inData = true;
          mail = '';
          say('354 go on');
        } else if (/^QUIT/i.test(line)) socket.end('221 bye\r\n');
        else say(/^RCPT/i.test(line) ? toRecipient : '250 ok');
      }
    });
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  return {
    url: `smtp://127.0.0.1:${(server.address() as AddressInfo).port}`,
    taken,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await new Promise((closed) => server.close(closed));
    },
  };
}

test('a reply is handed to the mail server, with the same Message-ID on every attempt', async () => {
  await using server = await mailServer();
  const postbox = new SmtpPostbox(reply.from, server.url);
  expect(await postbox.deliver(reply, signal)).toEqual({ via: 'smtp' });
  await postbox.deliver(reply, signal);
  expect(server.taken).toHaveLength(2);
  for (const mail of server.taken) {
    expect(mail).toContain('Message-ID: <run_1.send@bank.example>');
    expect(mail).toContain('To: Ada <ada@example.com>');
  }
});

test('a recipient that the server refuses is a permanent failure that does not name them', async () => {
  await using server = await mailServer('550 no such user ada@example.com');
  const postbox = new SmtpPostbox(reply.from, server.url);
  const failure = await postbox.deliver(reply, signal).catch((thrown: unknown) => thrown as Error);
  expect(failure).toMatchObject({ code: 'MAIL_REFUSED', kind: 'permanent' });
  expect((failure as Error).message).not.toContain('ada');
});

test('a server that is busy or away is tried again', async () => {
  await using server = await mailServer('451 later');
  const busy = new SmtpPostbox(reply.from, server.url);
  await expect(busy.deliver(reply, signal)).rejects.toMatchObject({
    code: 'MAIL_SERVER_UNAVAILABLE',
    kind: 'transient',
  });
  const away = new SmtpPostbox(reply.from, 'smtp://127.0.0.1:9');
  await expect(away.deliver(reply, signal)).rejects.toMatchObject({
    code: 'MAIL_SERVER_UNAVAILABLE',
    kind: 'transient',
  });
});
