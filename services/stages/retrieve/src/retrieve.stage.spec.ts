import { Bm25Retriever, type RetrieveOptions, Retriever } from '@millrace/ai';
import { readSettings } from '@millrace/runtime';
import type { StageRun } from '@millrace/stage';
import { config } from './config.js';
import { RetrieveStage } from './retrieve.stage.js';

const run = { signal: new AbortController().signal } as StageRun;

const article = (id: string, question: string, body: string) => {
  return { id, title: id, intents: [], questions: [question], body };
};

test('finds the article that answers, and nothing where nothing does', async () => {
  const stage = new RetrieveStage(
    new Bm25Retriever([
      article('refunds', 'Where is the refund of the shop?', 'Refunds take five days.'),
      article('cards', 'How do I block a lost card?', 'Freeze the card in the app.'),
      article('rates', 'Which mortgage rates do you offer?', 'Rates change daily.'),
      article('branches', 'When is the branch open?', 'Branches open at nine.'),
    ]),
  );
  const { articles } = await stage.handle({ subject: 'Refund', text: 'The shop sent my refund. Where is it?' }, run);
  expect(articles[0]).toMatchObject({ id: 'refunds', title: 'refunds', excerpt: 'Refunds take five days.' });
  expect(await stage.handle({ subject: '', text: 'Zzz' }, run)).toEqual({ articles: [] });
});

test('intent and product help to find', async () => {
  const asked: RetrieveOptions[] = [];
  class Listening extends Retriever {
    async retrieve(_: string, options: RetrieveOptions) {
      asked.push(options);
      return [];
    }
  }
  await new RetrieveStage(new Listening()).handle({ subject: '', text: 'x', intent: 'fees', product: 'card' }, run);
  expect(asked).toEqual([{ signal: run.signal, intent: 'fees', product: 'card' }]);
});

test('a knowledge base that is not there stops the start', () => {
  expect(() => readSettings(config, { RETRIEVE_ARTICLES: '/nowhere' }, 'retrieve')).toThrow(/RETRIEVE_ARTICLES/);
});
