import { z } from 'zod';
import { type CallOptions } from './answer.js';
import { citationsIn } from '../text/citations.js';
import { Classification, Classifier } from '../local/classifier.js';
import { ComplianceReviewer, ComplianceFinding, type ComplianceReview } from '../local/compliance.js';
import { type Draft, Drafter, type DraftRequest, greetingFor, type Letter, missingFor } from '../local/drafter.js';
import { type DatedText, Entities, EntityExtractor, type Extraction, inOneForm } from '../local/entities.js';
import { type Calibration, calibrated } from './confidence.js';
import { asData } from '../text/injection.js';
import { languageOf } from '../text/language.js';
import type { Llm } from './llm.js';

const Shares = Classification.pick({ label: true, confidence: true, alternatives: true });
type Shares = z.infer<typeof Shares>;

/** An LLM that chooses among the given labels. */
export class LlmClassifier extends Classifier {
  private readonly schema: z.ZodType<Shares>;

  constructor(
    private readonly llm: Llm,
    private readonly labels: readonly string[],
    /** Counts where it was measured on this model. */
    private readonly calibration?: Calibration,
  ) {
    super();
    this.schema = Shares.extend({ label: z.enum(labels) });
  }

  async classify(text: string, options: CallOptions): Promise<Classification> {
    const answer = await this.llm.ask(
      {
        task: 'classify',
        instructions: `Say what the e-mail of a customer is about. Labels: ${this.labels.join(', ')}. confidence is the chance (0 to 1) that the label is right; give less than 0.8 when the e-mail is vague or about several things. alternatives are up to three other labels.`,
        data: asData('email', text),
        schema: this.schema,
      },
      options,
    );
    const known = answer.alternatives.filter(({ label }) => label !== answer.label && this.labels.includes(label));
    const isMeasured = this.calibration?.model === this.llm.model;
    const confidence = isMeasured ? calibrated(this.calibration, answer.confidence) : answer.confidence;
    return { ...answer, confidence, alternatives: known.slice(0, 3) };
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

  async extract({ text, at }: DatedText, options: CallOptions): Promise<Extraction> {
    const answer = await this.llm.ask(
      {
        task: 'extract',
        instructions: `List what the e-mail of a customer names, and nothing that it does not. It was written on ${at.toISOString().slice(0, 10)}. Dates are YYYY-MM-DD, phones E.164, currencies ISO 4217, card numbers the last four digits only or their placeholder, issue two or three words.`,
        data: asData('email', text),
        schema: this.schema,
      },
      options,
    );
    return { ...answer, ...inOneForm(answer) };
  }
}

const Paragraphs = z.object({
  paragraphs: z.array(z.string()).min(1),
  citations: z.array(z.string()),
  grounded: z.boolean(),
});
type Paragraphs = z.infer<typeof Paragraphs>;

/** The ids of all articles that an answer cites, in its text or beside it. */
function citedIn({ paragraphs, citations }: Paragraphs): string[] {
  const named = citations.flatMap((id) => citationsIn(`[kb:${id}]`));
  return [...new Set([...named, ...citationsIn(paragraphs.join('\n\n'))])];
}

/** Paragraphs that cite no other articles than these. */
const paragraphsCiting = (ids: readonly string[]) =>
  Paragraphs.refine((given) => citedIn(given).every((id) => ids.includes(id)), {
    message: `cites an article that was not given: the articles are ${ids.join(', ') || 'none'}`,
    path: ['citations'],
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
    const { paragraphs, citations, grounded, model, usage } = await this.llm.ask<Paragraphs>(
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
        schema: paragraphsCiting(articles.map(({ id }) => id)),
      },
      options,
    );
    const body = paragraphs.join('\n\n');
    const cited = citedIn({ paragraphs, citations, grounded });
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
