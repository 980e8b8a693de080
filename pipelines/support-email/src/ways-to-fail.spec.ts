import { readFile, rm } from 'node:fs/promises';
import { FAILING, fakeProvider, type FakeReply, type FakeRequest } from '@millrace/ai/testing';
import { localModels } from './flow.fixture.js';

/** The table of docs/how-to/call-an-llm.md has exactly these rows. */
const page = await readFile(new URL('../../../docs/how-to/call-an-llm.md', import.meta.url), 'utf8');
const documented = page
  .split('\n')
  .filter((line) => line.startsWith('|'))
  .map((line) => line.replace(/ {2,}/g, ' '));

const ROUTES = {
  'no fallback': 'model',
  'cheaper model': 'model > cheaper',
  local: 'model > local',
  person: 'model > person',
} as const;
const MAIL = {
  from: 'ann@example.com',
  subject: 'Lost card',
  text: 'I lost my debit card in town yesterday. Please block it and send me a new one.',
};

/** A good answer to each of the pipeline's prompts. */
function good({ prompt, user }: FakeRequest): FakeReply {
  const article = /^id: (\S+)$/m.exec(user)?.[1] ?? '';
  const lists = { accountNumbers: [], cardNumbers: [], ibans: [], amounts: [], dates: [], phones: [], emails: [] };
  const answers: Record<string, unknown> = {
    classify: { label: 'lost-or-stolen-card', confidence: 0.97, alternatives: [] },
    extract: { ...lists, customerName: null, product: 'card', issue: 'lost card' },
    draft: { paragraphs: [`Please freeze the card. [kb:${article}]`], citations: [article], grounded: true },
    comply: { findings: [] },
  };
  return { is: 'answer', content: answers[prompt] ?? {} };
}

/** Carries one mail as far as it goes, and tells of it in a row of the table. */
async function rowOf(way: keyof typeof FAILING, route: keyof typeof ROUTES): Promise<string> {
  await using provider = await fakeProvider({
    reply: (request) => (request.model === 'large' ? FAILING[way] : good(request)),
  });
  const { engine, outbox } = await localModels({
    MODEL_PROVIDER: 'openai-compatible',
    MODEL_URL: provider.url,
    MODEL_NAME: 'large',
    MODEL_CHEAPER_NAME: 'small',
    MODEL_TIMEOUT_MS: way === 'slow' ? '60' : '60000',
    MODEL_ROUTE: ROUTES[route],
  });
  await using closing = new AsyncDisposableStack();
  closing.defer(() => rm(outbox, { recursive: true }));
  closing.use(engine);
  const run = await engine.start(MAIL);
  await engine.clock.advance('1h');
  const classify = run.step('classify');
  const codes = [...new Set(run.degraded.map(({ by, code }) => `${by}: ${code}`))];
  const [first] = provider.requests.filter(({ model }) => model === 'large');
  expect(first).toBeDefined();
  const attempts = `${classify.attempt} ${classify.attempt === 1 ? 'attempt' : 'attempts'}`;
  const outcome = run.waiting.includes('approve')
    ? 'waits for a person'
    : `${run.status} after ${attempts}: ${classify.failure?.code}`;
  const ready = (await engine.ready()) === true ? 'ready' : 'not ready';
  return `| ${way} | ${route} | ${outcome} | ${codes.join(', ') || 'no answer to mark'} | ${ready} |`;
}

const cases = Object.keys(FAILING).flatMap((way) => Object.keys(ROUTES).map((route) => [way, route] as const));

test.each(cases)('none of the ways to fail is silent: %s, with %s', async (way, route) => {
  const row = await rowOf(way as keyof typeof FAILING, route as keyof typeof ROUTES);
  expect(row).toMatch(/MODEL_/);
  expect(row).not.toMatch(/completed/);
  expect(documented.filter((line) => line.startsWith(`| ${way} | ${route} |`))).toEqual([row]);
});

test('a model that answers needs nobody: the run completes, is not degraded, and its stages are ready', async () => {
  await using provider = await fakeProvider({ reply: good, models: ['large'], key: 'right' });
  const { engine, outbox } = await localModels({
    MODEL_PROVIDER: 'openai-compatible',
    MODEL_URL: provider.url,
    MODEL_API_KEY: 'right',
    MODEL_NAME: 'large',
    MODEL_ROUTE: 'model > local (attempt 3) > person',
  });
  await using closing = new AsyncDisposableStack();
  closing.defer(() => rm(outbox, { recursive: true }));
  closing.use(engine);
  const run = await engine.start(MAIL);
  expect(run).toMatchObject({ status: 'completed', degraded: [] });
  expect(run.output).toMatchObject({ reviewed: false, reply: expect.not.stringContaining('kb:') });
  expect(provider.requests.map(({ prompt }) => prompt).sort()).toEqual(['classify', 'comply', 'draft', 'extract']);
  expect(await engine.ready()).toBe(true);
});

test('the numbers and addresses of a customer never reach the provider, and are in the run’s facts all the same', async () => {
  const card = '4111 1111 1111 1111';
  const found = ({ user }: FakeRequest) => /\[card-\d+\]/.exec(user)?.[0] ?? '';
  await using provider = await fakeProvider({
    reply: (request) => {
      const reply = good(request);
      const lists = { accountNumbers: [], ibans: [], amounts: [], dates: [], phones: [], emails: [] };
      const content = { ...lists, cardNumbers: [found(request)], customerName: null, product: 'card', issue: null };
      return request.prompt === 'extract' ? { is: 'answer', content } : reply;
    },
  });
  const { engine, outbox } = await localModels({
    MODEL_PROVIDER: 'openai-compatible',
    MODEL_URL: provider.url,
    MODEL_NAME: 'large',
  });
  await using closing = new AsyncDisposableStack();
  closing.defer(() => rm(outbox, { recursive: true }));
  closing.use(engine);
  const text = `${MAIL.text} It is ${card}, my address is ann@example.com, my phone +44 7700 900123.`;
  const run = await engine.start({ ...MAIL, text });
  const sent = JSON.stringify(provider.requests);
  expect(sent).toMatch(/\[card-\d\].*\[email-\d\].*\[phone-\d\]/);
  for (const secret of [card, 'ann@example.com', '7700 900123']) expect(sent).not.toContain(secret);
  expect(run.step('extract').output).toMatchObject({ cardNumbers: ['•••• 1111'] });
});
