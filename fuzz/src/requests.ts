import { request as httpRequest } from 'node:http';
import fc from 'fast-check';
import { edited } from './edits.js';
import { hostileBytes, hostileText } from './hostile.js';
import type { Described, Learnt } from './installation.js';
import { type KnownValues, valueOf } from './shape.js';

/** A request as it goes to the gateway. */
export interface Asked {
  readonly operation: string;
  readonly method: string;
  /** With its query, as it is sent. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Buffer | undefined;
}

interface Operation {
  readonly id: string;
  readonly method: string;
  readonly path: string;
  readonly described: Described;
}

export const operationsOf = ({ openapi }: Learnt): readonly Operation[] =>
  Object.entries(openapi.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, described]) => ({
      id: described.operationId,
      method: method.toUpperCase(),
      path,
      described,
    })),
  );

/** Text as it may stand in a URL: percent-encoded, and now and then encoded wrongly. */
const inUrl = fc.oneof(
  { weight: 8, arbitrary: hostileText.map((text) => encodeURIComponent(text.toWellFormed().slice(0, 4_000))) },
  { weight: 1, arbitrary: fc.constantFrom('%', '%zz', '%ff', '%00', '%ED%A0%80', '..', '%2e%2e', '%2F', ';', '+') },
);

const LATIN = /[^\t\x20-\x7e\x80-\xff]/g;
const inHeader = hostileText.map((text) => text.replace(LATIN, '').slice(0, 6_000));

/** Requests for one operation: of the right shape with a few places changed. */
export function requestsFor({ id, method, path, described }: Operation, learnt: Learnt): fc.Arbitrary<Asked> {
  const { parameters = [], requestBody } = described;
  const place = (where: string) => parameters.filter((one) => one.in === where);
  const { known } = learnt;
  const schemas = { components: learnt.openapi.components };
  const parts = Object.fromEntries(place('path').map(({ name }) => [name, mostly(idsFor(path, name, known), inUrl)]));
  const query = Object.fromEntries(
    place('query').map(({ name, schema }) => [
      name,
      mostly(
        valueOf({ ...schemas, ...(schema as object) }, known).map((value) =>
          encodeURIComponent(String(value).toWellFormed()),
        ),
        inUrl,
      ),
    ]),
  );
  const headers = Object.fromEntries(place('header').map(({ name }) => [name, mostly(usualHeader(name), inHeader)]));
  const own = requestBody?.content['application/json']?.schema;
  const bodySchema = own && { ...schemas, ...(own as object) };
  const document =
    bodySchema === undefined
      ? fc.constant(undefined)
      : fc.oneof(valueOf(bodySchema, known), withPlan(bodySchema, learnt));
  return fc
    .record({
      parts: fc.record(parts),
      query: fc.record(query, { requiredKeys: [] }),
      headers: fc.record(headers, { requiredKeys: [] }),
      body: fc.oneof(
        {
          weight: 12,
          arbitrary: edited(document).map((value) => (value === undefined ? undefined : JSON.stringify(value))),
        },
        { weight: 1, arbitrary: hostileBytes },
      ),
      type: fc.oneof(
        { weight: 20, arbitrary: fc.constant('application/json') },
        {
          weight: 1,
          arbitrary: fc.constantFrom('message/rfc822', 'text/plain', 'application/json; charset=utf-16', ''),
        },
      ),
    })
    .map(({ parts, query, headers, body, type }): Asked => {
      const filled = path.replaceAll(/\{(\w+)\}/g, (_, name: string) =>
        String((parts as Record<string, string>)[name]),
      );
      const asked = Object.entries(query).map(([name, value]) => `${name}=${String(value)}`);
      return {
        operation: id,
        method,
        path: filled + (asked.length > 0 ? `?${asked.join('&')}` : ''),
        headers: {
          ...(headers as Record<string, string>),
          ...(method !== 'GET' && type !== '' && { 'content-type': type }),
        },
        body: method === 'GET' ? undefined : body,
      };
    });
}

const mostly = <T>(usual: fc.Arbitrary<T>, hostile: fc.Arbitrary<T>): fc.Arbitrary<T> =>
  fc.oneof({ weight: 4, arbitrary: usual }, { weight: 1, arbitrary: hostile });

function idsFor(path: string, name: string, known: KnownValues): fc.Arbitrary<string> {
  const pool = name === 'name' ? known[path.startsWith('/v1/stages') ? 'stage' : 'pipeline'] : known[name];
  const ids = (pool ?? []).map(String);
  const fitting = ids.filter((id) =>
    path.startsWith('/v1/dead') ? id.startsWith('dl_') : path.startsWith('/v1/reviews') ? id.includes('.') : true,
  );
  return fc.constantFrom(...(fitting.length > 0 ? fitting : ids.length > 0 ? ids : ['x']));
}

function usualHeader(name: string): fc.Arbitrary<string> {
  if (/^prefer$/i.test(name)) return fc.constantFrom('wait=0', 'wait=1');
  if (/^last-event-id$/i.test(name)) return fc.constantFrom('0', '5', '3000000000');
  return fc.constantFrom('key-1', 'key-2', '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01');
}

/** Bodies that carry a plan get one that exists. */
const withPlan = (schema: unknown, { plans, known }: Learnt): fc.Arbitrary<unknown> =>
  valueOf(schema, known).chain((body) =>
    typeof body === 'object' && body !== null && 'plan' in body && plans.length > 0
      ? fc.constantFrom(...plans).map((plan) => ({ ...body, plan }))
      : fc.constant(body),
  );

const ANSWER_MS = 20_000;
/** A stream of events stays open: its beginning is enough. */
const STREAM_MS = 200;

/** Sends a request as it is. Gives what is wrong with the answer: a status of 500 or more, or none in time. */
export function send(url: string, { method, path, headers, body }: Asked): Promise<string | undefined> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve) => {
    const asked = httpRequest({ hostname, port, method, path, headers, agent: false }, (answer) => {
      const status = answer.statusCode ?? 0;
      const stream = String(answer.headers['content-type']).includes('event-stream');
      let said = '';
      answer.on('data', (chunk: Buffer) => (said = (said + chunk.toString()).slice(0, 500)));
      const done = () => {
        clearTimeout(late);
        asked.destroy();
        resolve(status >= 500 ? `was answered with ${status}: ${said}` : undefined);
      };
      answer.on('end', done).on('error', done);
      if (stream) setTimeout(done, STREAM_MS);
    });
    const late = setTimeout(() => {
      asked.destroy();
      resolve(`was not answered within ${ANSWER_MS / 1_000} s`);
    }, ANSWER_MS);
    asked.on('error', (error: NodeJS.ErrnoException) => {
      clearTimeout(late);
      // A request that is refused before it was read is answered by closing the connection.
      resolve(error.code === 'ECONNRESET' || error.code === 'EPIPE' ? undefined : `failed: ${error.message}`);
    });
    asked.end(body);
  });
}
