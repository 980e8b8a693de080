import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';

/** A mail server that takes every mail, those to `busy@…` only when asked a second time. */
export interface MailServer extends AsyncDisposable {
  readonly url: string;
  readonly taken: readonly string[];
}

export async function startMailServer(): Promise<MailServer> {
  const taken: string[] = [];
  const sockets = new Set<Socket>();
  const refused = new Set<string>();
  const answerTo = (recipient: string) => {
    if (!/<busy@/i.test(recipient) || refused.has(recipient)) return '250 ok';
    refused.add(recipient);
    return '451 later';
  };
  const server = createServer((socket) => {
    sockets.add(socket);
    let mail: string[] | undefined;
    let rest = '';
    const say = (line: string) => socket.write(`${line}\r\n`);
    say('220 mail');
    socket.on('error', () => socket.destroy());
    socket.on('close', () => sockets.delete(socket));
    socket.on('data', (chunk) => {
      const lines = (rest + chunk.toString()).split('\r\n');
      rest = lines.pop() ?? '';
      for (const line of lines) {
        if (mail && line !== '.') mail.push(line);
        else if (mail) {
          taken.push(mail.join('\n'));
          mail = undefined;
          say('250 taken');
        } else if (/^DATA/i.test(line)) {
          mail = [];
          say('354 go on');
        } else if (/^QUIT/i.test(line)) socket.end('221 bye\r\n');
        else say(/^RCPT/i.test(line) ? answerTo(line) : '250 ok');
      }
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `smtp://127.0.0.1:${(server.address() as AddressInfo).port}`,
    taken,
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
