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

/** A customer's e-mail becomes a reply; a person looks first where the machine is not sure of it. */
export const supportEmail = pipeline({ name: 'support-email', input: intake.input }, ({ input, step, review }) => {
  const email = step('intake', intake, input, { timeout: '10s' });
  const message = { subject: email.subject, text: email.text };

  const about = step('classify', classify, message, { timeout: '90s' });
  const facts = step('extract', extract, { ...message, date: email.date }, { timeout: '90s' });
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
    { timeout: '120s' },
  );
  const verdict = step('comply', comply, { text: reply.cited, citations: reply.citations, articles: found.articles });
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
