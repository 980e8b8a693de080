import { z } from 'zod';
import { Answered, type CallOptions } from '../llm/answer.js';
import { Entities } from './entities.js';
import { languageOf } from '../text/language.js';
import { RetrievedArticle } from './retriever.js';
import { sentences, termsIn } from '../text/terms.js';

/** The facts from which a reply is drafted. */
export const DraftRequest = z.object({
  subject: z.string().default(''),
  text: z.string(),
  intent: z.string(),
  entities: Entities.partial().default({}),
  articles: z.array(RetrievedArticle),
});
export type DraftRequest = z.infer<typeof DraftRequest>;

/** A reply for the customer, and what it rests on. */
export const Draft = Answered.extend({
  text: z.string(),
  /** Ids of the articles that the text cites as `[kb:id]`. */
  citations: z.array(z.string()),
  /** False when no article answers: the text then says that a colleague will. */
  grounded: z.boolean(),
  /** The customer's language (ISO 639-1), or `unknown`; replies are in English. */
  language: z.string(),
  /** The facts that the reply asks the customer for. */
  missing: z.array(z.string()),
});
export type Draft = z.infer<typeof Draft>;

/** Drafts a reply. Promises: no facts but those of the articles, no refunds or dates promised, no number of the customer repeated. */
export abstract class Drafter {
  abstract draft(request: DraftRequest, options: CallOptions): Promise<Draft>;
}

/** The words of an organisation in its replies, besides those of its articles. */
export const Letter = z.object({
  signature: z.string(),
  disclaimer: z.string(),
  /** For each intent the words after "Thank you for your message about". */
  topics: z.record(z.string(), z.string()).default({}),
  /** Intents for which the reply says that the organisation is sorry for the trouble. */
  sorry: z.array(z.string()).default([]),
  /** For each intent what the reply asks the customer for. With a `fact`, it asks only where the message names none. */
  needed: z
    .record(z.string(), z.array(z.object({ fact: z.enum(['date', 'amount']).optional(), ask: z.string() })))
    .default({}),
});
export type Letter = z.infer<typeof Letter>;

/** Returns the facts that are still needed to deal with a message of this intent. */
export function missingFor({ needed }: Letter, { intent, entities }: DraftRequest): string[] {
  const { dates = [], amounts = [] } = entities;
  const isGiven = { date: dates.length > 0, amount: amounts.length > 0 };
  return (needed[intent] ?? []).filter(({ fact }) => !fact || !isGiven[fact]).map(({ ask }) => ask);
}

/** A second article is quoted when it scores at least this share of the best. */
const SECOND = 0.7;

/** Fills a letter with sentences of the articles, word for word. */
export class TemplateDrafter extends Drafter {
  static readonly model = 'local-template@1';

  constructor(private readonly letter: Letter) {
    super();
  }

  async draft(request: DraftRequest, { signal }: CallOptions): Promise<Draft> {
    signal.throwIfAborted();
    const { intent, entities, articles } = request;
    const [best, second] = articles;
    const quoted = [best, second && best && second.score >= best.score * SECOND && second].filter((one) => !!one);
    const grounded = quoted.length > 0;
    const missing = grounded ? missingFor(this.letter, request) : [];
    const text = [
      greetingFor(entities.customerName),
      acknowledgement(this.letter, intent),
      ...(grounded
        ? quoted.map((article, at) => `${answerFrom(article, request, at === 0 ? 5 : 2)} [kb:${article.id}]`)
        : ['A colleague will look into your message and reply to you.']),
      ...(missing.length > 0 ? [`So that we can look into it, please tell us ${listed(missing)}.`] : []),
      this.letter.signature,
      this.letter.disclaimer,
    ].join('\n\n');
    const language = await languageOf(`${request.subject}\n${request.text}`);
    return { text, citations: quoted.map(({ id }) => id), grounded, language, missing, model: TemplateDrafter.model };
  }
}

/** Names hold letters only, so nothing that a mail smuggles into a name gets into a greeting. */
export function greetingFor(name: string | undefined): string {
  return name !== undefined && /^\p{L}[\p{L}\p{M}'’. -]{0,60}$/u.test(name) ? `Dear ${name},` : 'Hello,';
}

function acknowledgement({ topics, sorry }: Letter, intent: string): string {
  const thanks = `Thank you for your message${topics[intent] ? ` about ${topics[intent]}` : ''}.`;
  return sorry.includes(intent) ? `${thanks} We are sorry for the trouble.` : thanks;
}

/** The sentences nearest to the question, in the article's order; its first is always among them. */
function answerFrom({ excerpt }: RetrievedArticle, { subject, text }: DraftRequest, most: number): string {
  const wanted = termsIn(`${subject} ${text}`.slice(0, 8_000));
  return sentences(excerpt)
    .map((sentence, at) => ({ sentence, at, shared: [...termsIn(sentence)].filter((term) => wanted.has(term)).length }))
    .sort((a, b) => Number(b.at === 0) - Number(a.at === 0) || b.shared - a.shared || a.at - b.at)
    .slice(0, most)
    .sort((a, b) => a.at - b.at)
    .map(({ sentence }) => sentence)
    .join(' ');
}

function listed(items: readonly string[]): string {
  return items.length < 2 ? items.join('') : `${items.slice(0, -1).join(', ')} and ${items.at(-1)}`;
}
