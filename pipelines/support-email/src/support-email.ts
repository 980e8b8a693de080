import { not, or, orElse, pipeline } from '@millrace/pipeline';
import { classify } from '@millrace/stage-classify/contract';
import { comply } from '@millrace/stage-comply/contract';
import { draft } from '@millrace/stage-draft/contract';
import { extract } from '@millrace/stage-extract/contract';
import { intake } from '@millrace/stage-intake/contract';
import { retrieve } from '@millrace/stage-retrieve/contract';
import { route } from '@millrace/stage-route/contract';
import { send } from '@millrace/stage-send/contract';
import { z } from 'zod';

/** A person's decision about a reply: whether it goes out, and in which words. */
export const Approval = z.object({
  approved: z.boolean(),
  /** Sent instead of the draft. */
  text: z.string().min(1).optional(),
  note: z.string().optional(),
});

/** The failure of a stage whose route ends with a person: the run goes on, and a person sees it at `approve`. */
const PERSON = ['MODEL_PERSON_NEEDED'];
const [fallback] = PERSON;

const UNCLASSIFIED = {
  intent: 'other',
  urgency: 'normal' as const,
  confidence: 0,
  alternatives: [],
  model: 'none',
  fallback,
};
const NO_FACTS = {
  accountNumbers: [],
  cardNumbers: [],
  ibans: [],
  amounts: [],
  dates: [],
  phones: [],
  emails: [],
  model: 'none',
  fallback,
};
const HOLDING = 'Thank you for your message. A colleague will look into it and reply to you.';
const NO_DRAFT = {
  text: HOLDING,
  cited: HOLDING,
  citations: [],
  grounded: false,
  missing: [],
  model: 'none',
  fallback,
};
const UNCHECKED = {
  ok: false,
  violations: [{ rule: 'unchecked', severity: 'error' as const, message: 'Nobody has checked the draft.' }],
  fallback,
};

/** A customer's e-mail becomes a reply; a person looks first where the machine is not sure of it. */
export const supportEmail = pipeline({ name: 'support-email', input: intake.input }, ({ input, step, review }) => {
  const email = step('intake', intake, input, { timeout: '10s' });
  const message = { subject: email.subject, text: email.text };

  const about = step('classify', classify, message, {
    timeout: '90s',
    onFailure: { default: UNCLASSIFIED, on: PERSON },
  });
  const facts = step(
    'extract',
    extract,
    { ...message, date: email.date },
    { timeout: '90s', onFailure: { default: NO_FACTS, on: PERSON } },
  );
  const found = step('retrieve', retrieve, { ...message, intent: about.intent, product: facts.product });

  const reply = step(
    'draft',
    draft,
    {
      ...message,
      intent: about.intent,
      customerName: orElse(facts.customerName, email.from.name),
      dates: facts.dates,
      amounts: facts.amounts,
      articles: found.articles,
    },
    { timeout: '120s', onFailure: { default: NO_DRAFT, on: PERSON } },
  );
  const verdict = step(
    'comply',
    comply,
    { text: reply.cited, message: email.text, citations: reply.citations, articles: found.articles },
    { onFailure: { default: UNCHECKED, on: PERSON } },
  );
  const routing = step('route', route, {
    ...message,
    confidence: about.confidence,
    intent: about.intent,
    urgency: about.urgency,
    language: email.language,
    sender: orElse(email.replyTo, email.from.address),
    automatic: email.automatic,
    uncertain: email.uncertain,
    doubts: email.doubts,
    fallback: { classify: about.fallback, extract: facts.fallback, draft: reply.fallback, comply: verdict.fallback },
    grounded: reply.grounded,
    compliant: verdict.ok,
  });

  const decision = review('approve', Approval, {
    when: routing.review,
    show: {
      why: routing.why,
      email,
      intent: about,
      reply: reply.text,
      reasons: routing.reasons,
      violations: verdict.violations,
    },
    timeout: '3d',
  });
  const sent = step(
    'send',
    send,
    {
      original: { from: email.from, replyTo: email.replyTo, subject: email.subject, messageId: email.messageId },
      text: orElse(decision.text, reply.text),
    },
    { when: or(not(routing.review), decision.approved), retry: { maxAttempts: 5, initialMs: 2_000 } },
  );

  return {
    intent: about.intent,
    confidence: routing.confidence,
    reviewed: routing.review,
    reply: orElse(decision.text, reply.text),
    sent,
  };
});
