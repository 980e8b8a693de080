// A process of its own: the endpoint that Restate calls, over HTTP/2 in both directions.
import { once } from 'node:events';
import { createServer, type ServerHttp2Session } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { beChild } from '@millrace/bench';
import { createEndpointHandler } from '@restatedev/restate-sdk';
import { serviceFor, type Told } from './service.ts';

beChild<Told>(async ({ work }, ending) => {
  const server = createServer(createEndpointHandler({ services: [serviceFor(work)] }));
  const sessions = new Set<ServerHttp2Session>();
  server.on('session', (session) => {
    sessions.add(session);
    session.once('close', () => sessions.delete(session));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  ending.defer(() => {
    for (const session of sessions) session.destroy();
    server.close();
  });
  return (server.address() as AddressInfo).port;
});
