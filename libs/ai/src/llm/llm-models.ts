import { z } from 'zod';
import { type CallOptions } from './answer.js';
import { citationsIn } from '../text/citations.js';
import { Classification, Classifier } from '../local/classifier.js';
import { ComplianceReviewer, ComplianceFinding, type ComplianceReview } from '../local/compliance.js';
import { type Draft, Drafter, type DraftRequest, greetingFor, type Letter, missingFor } from '../local/drafter.js';
import { Entities, EntityExtractor, type Extraction, type ExtractOptions, maskedCard } from '../local/entities.js';
import { ModelAnswerInvalid } from './errors.js';
import { asData } from '../text/injection.js';
import { languageOf } from '../text/language.js';
import type { Llm } from './llm.js';

const Shares = Classification.pick({ label: true, confidence: true, alternatives: true });

/** An LLM that chooses among the given labels. */
export class LlmClassifier extends Classifier {
  constructor(
    private readonly llm: Llm,
    private readonly labels: readonly string[],
  ) {
    super();
  }

  async classify(text: string, options: CallOptions): Promise<Classification> {
    const answer = await this.llm.ask(
      {
        task: 'classify',
        instructions: `Say what the e-mail of a customer is about. Labels: ${this.labels.join(', ')}. confidence is the chance (0 to 1) that the label is right; give less than 0.8 when the e-mail is vague or about several things. alternatives are up to three other labels.`,
        data: asData('email', text),
        schema: Shares,
      },
      options,
    );
    if (!this.labels.includes(answer.label)) {
      throw new ModelAnswerInvalid('The model chose a label that is not among those given to classify.');
    }
    const known = answer.alternatives.filter(({ label }) => label !== answer.label && this.labels.includes(label));
    return { ...answer, alternatives: known.slice(0, 3) };
  }
}

/** An LLM that reads facts. Card numbers it gives are masked here, whatever it was told. */
export class LlmEntityExtractor extends EntityExtractor {
  private readonly schema: z.ZodType<Entities>;

  /** `products`: the names among which the LLM chooses the product; any words of its own unless given. */
  constructor(
    private readonly llm: Llm,
    products: readonly string[] = [],
  ) {
    super();
    this.schema = products.length === 0 ? Entities : Entities.extend({ product: z.enum(products).optional() });
  }

  async extract(text: string, { signal, at }: ExtractOptions): Promise<Extraction> {
    const answer = await this.llm.ask(
      {
        task: 'extract',
        instructions: `List what the e-mail of a customer names, and nothing that it does not. It was written at ${at.toISOString()}. Dates are YYYY-MM-DD, phones E.164, currencies ISO 4217, card numbers the last four digits only, issue two or three words.`,
        data: asData('email', text),
        schema: this.schema,
      },
      { signal },
    );
    return { ...answer, cardNumbers: answer.cardNumbers.map(maskedCard) };
  }
}

const Paragraphs = z.object({
  paragraphs: z.array(z.string()).min(1),
  citations: z.array(z.string()),
  grounded: z.boolean(),
});

/** An LLM that writes the letter's middle; greeting, signature and disclaimer are ours, and it may cite only what it was given. */
export class LlmDrafter extends Drafter {
  constructor(
    private readonly llm: Llm,
    private readonly letter: Letter,
  ) {
    super();
  }

  async draft(request: DraftRequest, options: CallOptions): Promise<Draft> {
    const { articles, entities } = request;
    const missing = missingFor(this.letter, request);
    const { paragraphs, citations, grounded, model, usage } = await this.llm.ask(
      {
        task: 'draft',
        instructions: [
          "Write the paragraphs between greeting and signature of a reply to a customer's e-mail, in English, polite and short.",
          'Use facts of the articles only and cite each as [kb:id] after what it supports. Never promise refunds, dates or outcomes.',
          'Never repeat account, card or phone numbers. Without an article that answers, say that a colleague will look into it and set grounded to false.',
          missing.length > 0 ? `Ask for: ${missing.join('; ')}.` : '',
        ].join(' '),
        data: [
          asData('email', `${request.subject}\n${request.text}`),
          ...articles.map(({ id, title, excerpt }) => asData('article', `id: ${id}\ntitle: ${title}\n${excerpt}`)),
        ].join('\n\n'),
        schema: Paragraphs,
      },
      options,
    );
    const body = paragraphs.join('\n\n');
    const named = citations.flatMap((id) => citationsIn(`[kb:${id}]`));
    const cited = [...new Set([...named, ...citationsIn(body)])];
    const strange = cited.find((id) => !articles.some((article) => article.id === id));
    if (strange !== undefined)
      throw new ModelAnswerInvalid('The model cited an article that it was not given in draft.');
    return {
      text: [greetingFor(entities.customerName), body, this.letter.signature, this.letter.disclaimer].join('\n\n'),
      citations: cited,
      grounded: grounded && cited.length > 0,
      language: await languageOf(`${request.subject}\n${request.text}`),
      missing,
      model,
      ...(usage && { usage }),
    };
  }
}

/** An LLM that looks for what rules cannot see; use it after the rules, never instead of them. */
export class LlmComplianceReviewer extends ComplianceReviewer {
  constructor(private readonly llm: Llm) {
    super();
  }

  async review(reply: string, options: CallOptions): Promise<ComplianceReview> {
    const { findings, model, usage } = await this.llm.ask(
      {
        task: 'comply',
        instructions:
          'Check a draft reply to a customer. Findings: promise (of money, dates or outcomes), personal-data (numbers or data of a person), unsupported-claim (without a [kb:id] behind it), advice (financial), tone (rude or flippant), disclaimer (missing). Explain each in one sentence without quoting personal data. No findings if it is fine.',
        data: asData('reply', reply),
        schema: z.object({ findings: z.array(ComplianceFinding) }),
      },
      options,
    );
    return { ok: findings.length === 0, findings, model, ...(usage && { usage }) };
  }
}
