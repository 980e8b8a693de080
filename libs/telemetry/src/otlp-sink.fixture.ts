import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface SinkSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  readonly kind: number;
  readonly startTimeUnixNano: string;
  readonly endTimeUnixNano: string;
  readonly attributes: readonly { key: string; value: Record<string, unknown> }[];
  readonly events?: readonly { attributes?: SinkSpan['attributes'] }[];
  readonly links?: readonly { traceId: string; spanId: string }[];
  readonly status: { code?: number };
}

interface Body {
  resourceSpans?: {
    resource: { attributes: { key: string; value: { stringValue?: string } }[] };
    scopeSpans: { spans: SinkSpan[] }[];
  }[];
}

interface Received {
  readonly path: string;
  readonly service: string | undefined;
  readonly resource: Readonly<Record<string, string | undefined>>;
  readonly spans: readonly SinkSpan[];
}

/** A collector for tests: keeps what is sent to it, by service. */
export async function otlpSink() {
  const received: Received[] = [];
  let status = 200;
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = JSON.parse(Buffer.concat(chunks).toString('utf8')) as Body;
      for (const { resource, scopeSpans } of status === 200 ? (body.resourceSpans ?? []) : []) {
        const service = resource.attributes.find(({ key }) => key === 'service.name')?.value.stringValue;
        received.push({
          path: request.url ?? '',
          service,
          resource: Object.fromEntries(resource.attributes.map(({ key, value }) => [key, value.stringValue])),
          spans: (scopeSpans ?? []).flatMap(({ spans }) => spans),
        });
      }
      response.writeHead(status, { 'content-type': 'application/json' }).end('{}');
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    answerWith: (code: number) => (status = code),
    received,
    spansOf: (service: string) => received.filter((one) => one.service === service).flatMap(({ spans }) => spans),
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
