import { cut, present } from '@millrace/contracts';
import MiniSearch, { type SearchResult } from 'minisearch';
import { z } from 'zod';
import { capped, type CallOptions } from '../llm/answer.js';
import type { Article } from './articles.js';
import { sentences, termOf, termsIn } from '../text/terms.js';

/** An article that may answer a question; `score` compares articles of one answer only. */
export const RetrievedArticle = z.object({
  id: z.string(),
  title: z.string(),
  score: z.number().nonnegative(),
  excerpt: z.string(),
});
export type RetrievedArticle = z.infer<typeof RetrievedArticle>;

export interface RetrieveOptions extends CallOptions {
  /** Articles written for this intent come first. */
  readonly intent?: string;
  readonly product?: string;
  /** At most this many articles, 5 by default. */
  readonly limit?: number;
}

/** Finds the articles that answer a question, best first; none where nothing fits. */
export abstract class Retriever {
  abstract retrieve(query: string, options: RetrieveOptions): Promise<RetrievedArticle[]>;
}

const INTENT_BOOST = 2;
const PRODUCT_BOOST = 1.2;
/** Articles that score less than this share of the best one are left out. */
const FLOOR = 0.25;
/** The least BM25 score: an article below it shares only everyday words with the question. */
const MINIMUM = 10;
const EXCERPT = 700;
/** The words of a long mail that are searched for. */
const QUERY_TERMS = 200;

/** BM25 over title, questions and body, in memory. A question in other words than any article's is answered by its intent's name. */
export class Bm25Retriever extends Retriever {
  private readonly articles: ReadonlyMap<string, Article>;
  private readonly index: MiniSearch;

  /** Articles that score less than `minimum` do not fit; 10 suits a knowledge base of short articles. */
  constructor(
    articles: readonly Article[],
    private readonly minimum = MINIMUM,
  ) {
    super();
    this.articles = new Map(articles.map((article) => [article.id, article]));
    this.index = new MiniSearch({
      fields: ['title', 'questions', 'body'],
      processTerm: termOf,
      searchOptions: { boost: { questions: 2 } },
    });
    this.index.addAll(articles.map((article) => ({ ...article, questions: article.questions.join('\n') })));
  }

  async retrieve(query: string, options: RetrieveOptions): Promise<RetrievedArticle[]> {
    options.signal.throwIfAborted();
    const terms = [...termsIn(capped(query))].slice(0, QUERY_TERMS);
    const own = this.search(terms, options);
    const implied = [...termsIn((options.intent ?? '').replaceAll('-', ' '))];
    const hits = own.length > 0 || terms.length === 0 ? own : this.search(implied, options);
    const best = hits[0]?.score ?? 0;
    return hits
      .filter(({ score }) => score >= best * FLOOR)
      .slice(0, options.limit ?? 5)
      .map(({ id, score }) => {
        const { title, body } = present(this.articles.get(id as string), `article "${id}"`);
        return { id: id as string, title, score: Math.round(score * 1000) / 1000, excerpt: excerptOf(body, terms) };
      });
  }

  private search(terms: readonly string[], options: RetrieveOptions): SearchResult[] {
    return this.index
      .search(terms.join(' '), {
        processTerm: (term) => term,
        boostDocument: (id) => this.boost(this.articles.get(id as string), options),
      })
      .filter(({ score }) => score >= this.minimum);
  }

  private boost(article: Article | undefined, { intent, product }: RetrieveOptions): number {
    const byIntent = intent !== undefined && article?.intents.includes(intent) ? INTENT_BOOST : 1;
    const byProduct = product !== undefined && article?.product === product ? PRODUCT_BOOST : 1;
    return byIntent * byProduct;
  }
}

/** The whole body where it is short; else the sentences that share most terms with the question, in their order. */
function excerptOf(body: string, terms: readonly string[]): string {
  const text = body.replace(/\s+/g, ' ').trim();
  if (text.length <= EXCERPT) return text;
  const wanted = new Set(terms);
  const ranked = sentences(text.slice(0, 20_000))
    .map((sentence, at) => ({ sentence, at, shared: [...termsIn(sentence)].filter((term) => wanted.has(term)).length }))
    .sort((a, b) => b.shared - a.shared || a.at - b.at);
  let length = 0;
  const kept = ranked.filter(({ sentence }) => (length += sentence.length + 1) <= EXCERPT);
  if (kept.length === 0) return cut(text, EXCERPT, '…');
  return kept
    .sort((a, b) => a.at - b.at)
    .map(({ sentence }) => sentence)
    .join(' ');
}
