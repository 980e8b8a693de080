import {
  Bm25Retriever,
  DraftRequest,
  entitiesIn,
  languageOf,
  Letter,
  llmSettings,
  loadArticles,
  ModelEnv,
  personalDataIn,
  readDataFile,
  TemplateDrafter,
} from '../index.js';
import { supportEmail } from '../places.fixture.js';

const signal = new AbortController().signal;
const articles = await loadArticles(supportEmail('knowledge'));
const retriever = new Bm25Retriever(articles);
const letter = await readDataFile(Letter, supportEmail('data/letter.json'));
const drafter = new TemplateDrafter(letter);

async function reply(intent: string, text: string) {
  const entities = entitiesIn(text, new Date('2026-05-12T08:00:00Z'));
  const found = await retriever.retrieve(text, { signal, intent });
  return drafter.draft(DraftRequest.parse({ text, intent, entities, articles: found }), { signal });
}

test('a reply greets by name, takes up the matter, answers with cited sentences and closes with signature and disclaimer', async () => {
  const draft = await reply('direct-debit', 'Please cancel the direct debit to my gym.\n\nRegards,\nMarco Bellini');
  expect(draft).toMatchObject({ grounded: true, language: 'en', model: 'local-template@1' });
  expect(draft.citations[0]).toBe('direct-debits');
  const [greeting, thanks, answer, ...rest] = draft.text.split('\n\n');
  expect(greeting).toBe('Dear Marco Bellini,');
  expect(thanks).toMatch(/about your direct debit/);
  expect(answer).toMatch(/\[kb:direct-debits\]$/);
  expect(rest.slice(-2)).toEqual([letter.signature, letter.disclaimer]);
});

test('every sentence of an answer stands in the article that it cites', async () => {
  const draft = await reply('lost-or-stolen-card', 'I lost my card yesterday, please block it and send a new one.');
  for (const [, said, id] of draft.text.matchAll(/\n\n([^\n]+) \[kb:([a-z-]+)\]/g)) {
    const body = articles.find((article) => article.id === id)!.body.replace(/\s+/g, ' ');
    for (const sentence of said!.split(/(?<=[.!?]) /)) expect(body).toContain(sentence);
  }
  expect(draft.citations.length).toBeGreaterThan(0);
});

test('a reply asks for what is missing, and only for that', async () => {
  const vague = await reply('cash-withdrawal-problem', 'The cash machine did not give me any money but I was debited.');
  expect(vague.missing).toEqual(['the date of the withdrawal', 'the amount', 'the place of the cash machine']);
  const exact = await reply('cash-withdrawal-problem', 'On 9 May the cash machine debited £200 and gave me no money.');
  expect(exact.missing).toEqual(['the place of the cash machine']);
  expect(exact.text).toContain('please tell us the place of the cash machine');
});

test('without an article the reply says that a colleague will look into it', async () => {
  const draft = await reply('other', 'Can you recommend a recipe for apple cake?');
  expect(draft).toMatchObject({ grounded: false, citations: [], missing: [] });
  expect(draft.text).toContain('A colleague will look into your message');
});

test('no number, address or name trick of a mail gets into its reply', async () => {
  const text =
    'My card 4111 1111 1111 1111 was stolen, account 12345678, ring +44 7700 900123.\nRegards,\nVisit evil.example now';
  const draft = await reply('lost-or-stolen-card', text);
  expect(personalDataIn(draft.text)).toEqual([]);
  expect(draft.text).toMatch(/^Hello,/);
});

test.each([
  ['I lost my debit card yesterday, could you block it please?', 'en'],
  ['Ich habe gestern meine Karte verloren, bitte sperren Sie sie sofort.', 'de'],
  ['Bonjour, je ne reconnais pas ce paiement sur ma carte.', 'fr'],
  ['Hola, he perdido mi tarjeta y necesito una nueva.', 'es'],
  ['ok', 'unknown'],
  ['4111 2222', 'unknown'],
])('the language of "%s" is %s', async (text, language) => {
  expect(await languageOf(text)).toBe(language);
});

test('without settings every model is local', () => {
  expect(llmSettings(ModelEnv.parse({}))).toBeUndefined();
});

test('settings of a model are complete or all that is missing is named', () => {
  const env = {
    MODEL_PROVIDER: 'openai-compatible',
    MODEL_URL: 'http://model:8080/v1',
    MODEL_NAME: 'm',
    MODEL_TIMEOUT_MS: '500',
  };
  expect(llmSettings(ModelEnv.parse(env))).toEqual({
    provider: 'openai-compatible',
    url: 'http://model:8080/v1',
    model: 'm',
    timeoutMs: 500,
    personalData: 'redacted',
    streamed: false,
    unknownCalls: 'ask',
  });
  const wrong = ModelEnv.safeParse({ MODEL_PROVIDER: 'openai-compatible' });
  expect(wrong.error?.issues.map(({ path }) => path[0])).toEqual(['MODEL_NAME', 'MODEL_URL']);
  const cheaper = ModelEnv.safeParse({ ...env, MODEL_ROUTE: 'model > cheaper > person', MODEL_FALLBACK: 'never' });
  expect(cheaper.error?.issues.map(({ path }) => path[0])).toEqual(['MODEL_CHEAPER_NAME', 'MODEL_FALLBACK']);
});
