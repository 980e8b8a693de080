import { jest } from '@jest/globals';
import {
  type ClientOptions,
  MillraceClient,
  MillraceError,
  MillraceProblem,
  MillraceUnexpectedAnswer,
  MillraceUnreachable,
  type RunFact,
} from './index.js';

const URL = 'http://gateway.test';
const RUN = 'run_00000000000000000000000000';
const runOf = (status: string) => ({
  ...{ id: RUN, pipeline: 'hello', plan: 'p', status, state: status, links: {} },
  acceptedAt: '2026-01-01T00:00:00.000Z',
  ...{ traceId: '0', steps: [], allowedActions: [] },
});

const json = (body: unknown, status = 200, headers: Record<string, string> = {}): Response =>
  new Response(JSON.stringify(body), { status, headers: { 'content-type': 'application/json', ...headers } });

/** A client whose requests are answered by `answer`, and the requests so far. */
function clientOf(answer: (request: Request) => Response | Promise<Response>, options: Partial<ClientOptions> = {}) {
  const asked: Request[] = [];
  const fetch = async (request: Request) => {
    asked.push(request.clone());
    request.signal.throwIfAborted();
    return answer(request);
  };
  return { client: new MillraceClient({ url: URL, fetch, ...options }), asked };
}

const thrownBy = async (call: Promise<unknown>): Promise<unknown> =>
  call.then(() => undefined).catch((error: unknown) => error);

describe('what goes wrong', () => {
  const problem = {
    ...{ type: 'urn:millrace:problem:invalid-input', title: 'The input does not fit the pipeline', status: 422 },
    ...{ detail: 'The input has no name.', code: 'INVALID_INPUT', retryable: false },
    errors: [{ pointer: '/input/name', detail: 'is required' }],
  };

  test('a problem is an error with its code, what to do, the fields that are wrong, and the problem as its cause', async () => {
    const { client } = clientOf(() => json(problem, 422));
    const error = (await thrownBy(client.runs.start({ pipeline: 'hello', input: {} }))) as MillraceProblem;
    expect(error).toBeInstanceOf(MillraceProblem);
    expect(error).toMatchObject({ code: 'INVALID_INPUT', status: 422, retryable: false, errors: problem.errors });
    expect(error.message).toBe('The input has no name.');
    expect(error.remedy).toContain('GET /v1/pipelines/{name} shows the schema');
    expect(error.cause).toEqual(problem);
    expect(error.is('INVALID_INPUT')).toBe(true);
  });

  test('a problem that goes by says when to try again', async () => {
    const away = { ...problem, status: 503, code: 'BROKER_UNAVAILABLE', retryable: true };
    const { client } = clientOf(() => json(away, 503, { 'retry-after': '2' }));
    expect(await thrownBy(client.runs.get(RUN))).toMatchObject({ retryable: true, retryAfterMs: 2_000 });
  });

  test('a gateway that is not there is told with what to do, and why', async () => {
    const refused = Object.assign(new Error('connect'), { code: 'ECONNREFUSED' });
    const { client } = clientOf(() => Promise.reject(new TypeError('fetch failed', { cause: refused })));
    const error = (await thrownBy(client.stages.list().page())) as MillraceUnreachable;
    expect(error).toBeInstanceOf(MillraceUnreachable);
    expect(error.message).toBe(`The Millrace gateway at ${URL} cannot be reached: nothing listens there.`);
    expect(error).toMatchObject({ retryable: true, remedy: expect.stringContaining('npx millrace dev') });
    expect((error.cause as Error).cause).toBe(refused);
  });

  test.each([
    ['a host that is not there', 'ENOTFOUND', 'there is no host of that name'],
    ['a server that hangs up', 'UND_ERR_SOCKET', 'the connection was closed before an answer came'],
    ['a server of something else', 'HPE_INVALID_CONSTANT', 'what listens there does not speak HTTP'],
    ['a server without TLS', 'ERR_SSL_WRONG_VERSION_NUMBER', 'what listens there does not speak TLS'],
    ['a certificate of nobody', 'DEPTH_ZERO_SELF_SIGNED_CERT', 'its certificate is not trusted'],
    ['something unheard of', undefined, 'no answer'],
  ])('%s is told in words', async (_, code, words) => {
    const cause = Object.assign(new Error('It broke.'), { code });
    const { client } = clientOf(() => Promise.reject(new TypeError('fetch failed', { cause })));
    const error = (await thrownBy(client.runs.get(RUN))) as MillraceUnreachable;
    expect(error.message).toContain(`cannot be reached: ${words}`);
  });

  test('a server that takes a request and never answers is given up on', async () => {
    jest.useFakeTimers();
    try {
      const silent = (request: Request) =>
        new Promise<Response>((_, reject) =>
          request.signal.addEventListener('abort', () => reject(request.signal.reason as Error)),
        );
      const { client } = clientOf(silent);
      const get = thrownBy(client.runs.get(RUN));
      await jest.advanceTimersByTimeAsync(30_000);
      expect(await get).toMatchObject({
        code: 'UNREACHABLE',
        message: expect.stringContaining('something listens there, but does not answer'),
      });
    } finally {
      jest.useRealTimers();
    }
  });

  test.each([
    ['a page of a proxy', () => new Response('<html>', { status: 502 }), 'answered 502, and not as a Millrace gateway'],
    ['no JSON', () => new Response('<html>'), 'no JSON'],
    [
      'a run without steps',
      () => json({ ...runOf('running'), steps: undefined }),
      'not what this version expects (steps)',
    ],
    ['nothing', () => new Response(null, { status: 200 }), 'not what this version expects'],
  ])('an answer that is %s is told apart from one of a gateway', async (_, answer, message) => {
    const error = await thrownBy(clientOf(answer).client.runs.get(RUN));
    expect(error).toBeInstanceOf(MillraceUnexpectedAnswer);
    expect((error as Error).message).toContain(message);
  });

  test('an abort is thrown as its reason', async () => {
    const reason = new Error('enough');
    const { client } = clientOf(() => json(runOf('running')));
    expect(await thrownBy(client.runs.get(RUN, { signal: AbortSignal.abort(reason) }))).toBe(reason);
    const aborted = clientOf(() => json(runOf('running')), { signal: AbortSignal.abort(reason) });
    expect(await thrownBy(aborted.client.runs.get(RUN))).toBe(reason);
  });

  test.each(['', '.', '..'])('a name that is "%s" asks for nothing', async (name) => {
    const { client, asked } = clientOf(() => json(runOf('running')));
    expect(await thrownBy(client.runs.get(name))).toMatchObject({ code: 'INVALID_NAME' });
    expect(asked).toEqual([]);
  });

  test.each(['nonsense', 'ftp://ann:s3cret@host', 'http://ann:s3cret@no host'])(
    'the URL %s is refused, and no login of it said',
    (url) => {
      expect(() => new MillraceClient({ url })).toThrow(MillraceError);
      expect(() => new MillraceClient({ url })).not.toThrow(/s3cret/);
    },
  );
});

describe('who asks', () => {
  const header = async (options: Partial<ClientOptions>) => {
    const { client, asked } = clientOf(() => json({ items: [] }), options);
    await client.pipelines.list().page();
    return asked[0]!.headers.get('authorization');
  };

  test('a token is sent with each request, also one that changes', async () => {
    expect(await header({ token: 'abc' })).toBe('Bearer abc');
    expect(await header({ token: () => Promise.resolve('def') })).toBe('Bearer def');
  });

  test('a login in the URL is sent, and is in no URL', async () => {
    const url = 'http://ann:s3%20cr%C3%A9t@gateway.test/';
    expect(await header({ url })).toBe(`Basic ${Buffer.from('ann:s3 crét').toString('base64')}`);
    expect(new MillraceClient({ url }).url).toBe(URL);
  });
});

test('a start with an idempotency key sends it, and a mail goes as its bytes', async () => {
  const { client, asked } = clientOf(() => json({ id: RUN, links: {} }, 202));
  await client.runs.start({ pipeline: 'hello', input: { a: 1 } }, { idempotencyKey: 'k' });
  await client.runs.startFromMail(Buffer.from('Subject: Hi\r\n\r\nHé', 'latin1'), { pipeline: 'mails', tenant: 't' });
  expect(asked[0]!.headers.get('idempotency-key')).toBe('k');
  expect(await asked[0]!.json()).toEqual({ pipeline: 'hello', input: { a: 1 } });
  expect(asked[1]!.url).toBe(`${URL}/v1/runs?pipeline=mails&tenant=t`);
  expect(asked[1]!.headers.get('content-type')).toBe('message/rfc822');
  expect(Buffer.from(await asked[1]!.arrayBuffer()).toString('latin1')).toBe('Subject: Hi\r\n\r\nHé');
});

describe('a list', () => {
  const PAGES: Readonly<Record<string, unknown>> = {
    '': { items: [{ id: 'a' }, { id: 'b' }], next: 'x/=' },
    'x/=': { items: [], next: 'y' },
    y: { items: [{ id: 'c' }] },
  };
  const paged = () => clientOf(({ url }) => json(PAGES[new globalThis.URL(url).searchParams.get('cursor') ?? '']));

  test('is read to its end, page by page, and no further than it is wanted', async () => {
    const { client, asked } = paged();
    const all = await client.runs.list({ status: 'failed', limit: 2 }).all();
    expect(all.map(({ id }) => id)).toEqual(['a', 'b', 'c']);
    expect(asked.map(({ url }) => new globalThis.URL(url).search)).toEqual([
      '?status=failed&limit=2',
      '?status=failed&limit=2&cursor=x%2F%3D',
      '?status=failed&limit=2&cursor=y',
    ]);
    for await (const { id } of client.reviews.list()) if (id === 'b') break;
    expect(asked).toHaveLength(4);
  });

  test('begins where its cursor says', async () => {
    expect((await paged().client.deadLetters.list({ cursor: 'y' }).page()).items).toEqual([{ id: 'c' }]);
  });

  test('whose page names itself as the next one ends with an error, not never', async () => {
    const { client } = clientOf(() => json({ items: [], next: 'same' }));
    expect(await thrownBy(client.runs.list().all())).toBeInstanceOf(MillraceUnexpectedAnswer);
  });
});

describe('a run that is followed', () => {
  const FACTS = ['run.accepted', 'step.requested', 'step.completed', 'run.completed'].map((type, at) => ({ type, at }));
  const block = (seq: number) =>
    `id: ${seq}\nevent: ${FACTS[seq - 1]!.type}\ndata: ${JSON.stringify(FACTS[seq - 1])}\n\n`;

  /** A connection that sends facts, split anywhere, and then ends, breaks or stays silent. */
  const stream = (seqs: readonly number[], then: 'ends' | 'breaks' | 'is silent' = 'ends') => {
    const bytes = new TextEncoder().encode(`retry: 1000\n\n: still here\n\n${seqs.map(block).join('')}`);
    const chunks = Array.from({ length: Math.ceil(bytes.length / 7) }, (_, at) => bytes.slice(at * 7, at * 7 + 7));
    const body = new ReadableStream<Uint8Array>({
      pull(controller) {
        const chunk = chunks.shift();
        if (chunk) return controller.enqueue(chunk);
        if (then === 'ends') controller.close();
        if (then === 'breaks') controller.error(new TypeError('terminated'));
        return then === 'is silent' ? new Promise(() => undefined) : undefined;
      },
    });
    return new Response(body, { headers: { 'content-type': 'text/event-stream' } });
  };

  /** A gateway with one connection after the other; `get` is what the run is now. */
  function followed(connections: (() => Response | Promise<Response>)[], get = () => runOf('running')) {
    const after: (string | null)[] = [];
    const { client } = clientOf((request) => {
      if (request.url.endsWith('/history')) return json({ items: FACTS.map((fact, at) => ({ seq: at + 1, ...fact })) });
      if (!request.url.endsWith('/events')) return json(get());
      after.push(request.headers.get('last-event-id'));
      return connections.shift()!();
    });
    return { client, after };
  }
  const seen = async (facts: AsyncIterable<RunFact>) => {
    const all: number[] = [];
    for await (const { seq } of facts) all.push(seq);
    return all;
  };

  test('gives each fact once, and ends with the run', async () => {
    const { client } = followed([() => stream([1, 2, 3, 4])]);
    expect(await seen(client.runs.follow(RUN))).toEqual([1, 2, 3, 4]);
  });

  test('goes on behind the last fact when its connection ends, breaks or finds nobody', async () => {
    const lost = () => Promise.reject(new TypeError('fetch failed'));
    const away = () =>
      json({ ...{ type: '', title: '', status: 503, detail: 'No.' }, code: 'STORE_UNAVAILABLE', retryable: true }, 503);
    const { client, after } = followed([
      () => stream([1]),
      () => stream([2], 'breaks'),
      lost,
      away,
      // One that a proxy keeps may send again what was seen.
      () => stream([2, 3, 4]),
    ]);
    expect(await seen(client.runs.follow(RUN))).toEqual([1, 2, 3, 4]);
    expect(after).toEqual(['0', '1', '2', '2', '2']);
  });

  test('a connection that says nothing any more is lost', async () => {
    const { client, after } = followed([() => stream([1, 2], 'is silent'), () => stream([3, 4])]);
    expect(await seen(client.runs.follow(RUN, { silenceMs: 50 }))).toEqual([1, 2, 3, 4]);
    expect(after).toEqual(['0', '2']);
  });

  test('one that ended while nobody listened gives the rest of its history', async () => {
    const { client } = followed([() => new Response(null, { status: 204 })], () => runOf('completed'));
    expect(await seen(client.runs.follow(RUN, { after: 2 }))).toEqual([3, 4]);
  });

  test('a gateway that stays away is told, in the end', async () => {
    const { client } = followed([() => stream([1], 'breaks'), () => Promise.reject(new TypeError('fetch failed'))]);
    expect(await thrownBy(seen(client.runs.follow(RUN, { patienceMs: 0 })))).toBeInstanceOf(MillraceUnreachable);
  });

  test('a gateway that lets itself be asked and cannot read the run is told, in the end', async () => {
    const away = { ...{ type: '', title: '', status: 503, detail: 'No.' }, code: 'STORE_UNAVAILABLE', retryable: true };
    const { client } = clientOf(({ url }) => (url.endsWith('/events') ? stream([]) : json(away, 503)));
    expect(await thrownBy(seen(client.runs.follow(RUN, { patienceMs: 0 })))).toMatchObject({ code: away.code });
  });

  test('an event that is no fact of the run is passed over', async () => {
    const odd = new Response(`event: note\ndata: {}\n\n${[1, 2, 3, 4].map(block).join('')}`);
    expect(await seen(followed([() => odd]).client.runs.follow(RUN))).toEqual([1, 2, 3, 4]);
  });

  test('one that is not there is told at once', async () => {
    const unknown = { type: '', title: '', status: 404, detail: 'No such run.', code: 'UNKNOWN_RUN', retryable: false };
    const { client } = followed([() => json(unknown, 404)]);
    expect(await thrownBy(seen(client.runs.follow(RUN)))).toMatchObject({ code: 'UNKNOWN_RUN' });
  });

  test('an abort ends it, also while nothing comes', async () => {
    const over = new AbortController();
    const { client } = followed([() => stream([1, 2], 'is silent')]);
    const facts = client.runs.follow(RUN, { signal: over.signal });
    await facts.next();
    await facts.next();
    const third = thrownBy(facts.next());
    over.abort(new Error('enough'));
    expect(await third).toEqual(new Error('enough'));
  });

  test('is waited for to its end', async () => {
    const { client } = followed([() => stream([1, 2, 3, 4])], () => runOf('completed'));
    expect((await client.runs.ended(RUN)).status).toBe('completed');
  });
});
