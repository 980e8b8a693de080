import { readFile } from 'node:fs/promises';
import { Bm25Retriever, loadArticles, parseArticle, parseExamples } from '../index.js';
import { publicData, supportEmail, withData } from '../places.fixture.js';

const signal = new AbortController().signal;
const articles = await loadArticles(supportEmail('knowledge'));
const retriever = new Bm25Retriever(articles);

test.each([
  ['I lost my card on the train', 'lost-card'],
  ['how do I cancel a direct debit to my gym', 'direct-debits'],
  ['the cash machine gave me no money but my account was debited', 'atm-no-cash'],
  ['where is my refund from the shop?', 'refund-times'],
  ['what exchange rate do you use when I pay abroad', 'abroad'],
  ['my mother has died, how do I close her account', 'bereavement'],
])('"%s" is answered by the article %s', async (query, id) => {
  const [best] = await retriever.retrieve(query, { signal });
  expect(best).toMatchObject({ id, title: expect.any(String), excerpt: expect.stringMatching(/\w/) });
});

test('articles come best first, and at most as many as asked for', async () => {
  const found = await retriever.retrieve('my card was stolen abroad', { signal, limit: 2 });
  expect(found).toHaveLength(2);
  expect(found[0]!.score).toBeGreaterThanOrEqual(found[1]!.score);
});

test('of two articles that fit alike, the one for the intent or the product comes first', async () => {
  const alike = (id: string, more: object) => ({
    id,
    title: 'Limits',
    intents: [],
    questions: [],
    body: 'Limits apply.',
    ...more,
  });
  const index = new Bm25Retriever(
    [alike('a', {}), alike('b', { intents: ['cash'] }), alike('c', { product: 'loan' })],
    0,
  );
  const first = async (more: object) => (await index.retrieve('which limits?', { signal, ...more }))[0]?.id;
  expect(await first({})).toBe('a');
  expect(await first({ intent: 'cash' })).toBe('b');
  expect(await first({ product: 'loan' })).toBe('c');
});

test('a question in words no article uses is answered by what its intent is called', async () => {
  expect(await retriever.retrieve('my purse was nicked', { signal })).toEqual([]);
  const implied = await retriever.retrieve('my purse was nicked', { signal, intent: 'lost-or-stolen-card' });
  expect(implied.map(({ id }) => id)).toContain('stolen-card');
});

test.each(['', '   ', '???', 'zxcv qwer', 'Can you recommend a recipe for apple cake?'])(
  'nothing fits "%s"',
  async (query) => {
    expect(await retriever.retrieve(query, { signal })).toEqual([]);
  },
);

test('a long article is quoted by the sentences nearest to the question', async () => {
  const filler = Array.from({ length: 60 }, (_, i) => `Paragraph ${i} speaks of gardens and rivers.`).join(' ');
  const body = `${filler} Parcels from abroad need a customs form. ${filler}`;
  const long = new Bm25Retriever([{ id: 'parcels', title: 'Parcels', intents: [], questions: [], body }], 0);
  const [found] = await long.retrieve('customs form for parcels', { signal });
  expect(found!.excerpt).toContain('Parcels from abroad need a customs form.');
  expect(found!.excerpt.length).toBeLessThanOrEqual(700);
});

test('the knowledge base covers every intent that customers are sorted into', async () => {
  const examples = parseExamples(await readFile(supportEmail('data/intents.csv'), 'utf8'));
  const labels = new Set(examples.map(({ label }) => label).filter((label) => label !== 'unclear'));
  const covered = new Set(articles.flatMap(({ intents }) => intents));
  expect([...labels].filter((label) => !covered.has(label))).toEqual([]);
  expect([...covered].filter((intent) => !labels.has(intent))).toEqual([]);
  expect(articles.length).toBeGreaterThanOrEqual(25);
});

test('an article that cannot be used is named with what is wrong', () => {
  expect(() => parseArticle('no front matter', 'a.md')).toThrow(/a\.md has no front matter/);
  expect(() => parseArticle('---\ntitle: A\n---\nText', 'b.md')).toThrow(/b\.md: id/);
  expect(() => parseArticle('---\nid: Not An Id\ntitle: A\n---\nText', 'c.md')).toThrow(/lower-case letters/);
});

withData('stackfaq')(
  'of a public set of questions, 7 in 10 find their article first and 9 in 10 among five',
  async () => {
    const read = async (name: string) => JSON.parse(await readFile(publicData(`stackfaq/${name}`), 'utf8')) as never[];
    const faq = (await read('articles.json')) as { id: number; question: string; answer: string | string[] }[];
    const questions = (await read('queries.json')) as { query: string; article: number }[];
    const index = new Bm25Retriever(
      faq.map(({ id, question, answer }) => ({
        id: `a${id}`,
        title: question,
        intents: [],
        questions: [question],
        body: [answer].flat().join('\n') || question,
      })),
    );
    const asked = questions.filter(({ query }) => query.length > 2);
    const ranks = await Promise.all(
      asked.map(async ({ query, article }) =>
        (await index.retrieve(query, { signal })).findIndex(({ id }) => id === `a${article}`),
      ),
    );
    expect(ranks.filter((rank) => rank === 0).length / asked.length).toBeGreaterThanOrEqual(0.7);
    expect(ranks.filter((rank) => rank >= 0).length / asked.length).toBeGreaterThanOrEqual(0.9);
  },
);
