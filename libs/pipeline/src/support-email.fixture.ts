import { z } from 'zod';
import { defineStage, lt, not, or, orElse, pipeline } from './index.js';

export const CustomerEmail = z.object({ from: z.string(), body: z.string() });
export const Approval = z.object({ approved: z.boolean(), text: z.string().optional() });

export const classify = defineStage({
  name: 'classify',
  input: z.object({ subject: z.string().default(''), text: z.string() }),
  output: z.object({ label: z.string(), urgency: z.enum(['low', 'high']), confidence: z.number().min(0).max(1) }),
});
export const extract = defineStage({
  name: 'extract',
  input: z.object({ text: z.string() }),
  output: z.object({ product: z.string().optional(), amounts: z.array(z.number()), iban: z.string().nullable() }),
});
export const retrieve = defineStage({
  name: 'retrieve',
  input: z.object({ query: z.string(), intent: z.string(), product: z.string().optional() }),
  output: z.object({ articles: z.array(z.object({ id: z.string(), title: z.string() })) }),
});
export const draftReply = defineStage({
  name: 'draft',
  input: z.object({
    email: CustomerEmail,
    intent: classify.output,
    entities: extract.output,
    articles: retrieve.output,
  }),
  output: z.object({ text: z.string(), cites: z.array(z.string()) }),
});
export const comply = defineStage({
  name: 'comply',
  input: z.object({ text: z.string() }),
  output: z.object({ ok: z.boolean(), findings: z.array(z.string()) }),
});
export const send = defineStage({
  name: 'send',
  input: z.object({ text: z.string() }),
  output: z.object({ messageId: z.string() }),
});

/** The pipeline that the documentation shows. */
export const supportEmail = pipeline({ name: 'support-email', input: CustomerEmail }, ({ input, step, review }) => {
  const intent = step('classify', classify, { text: input.body });
  const entities = step('extract', extract, { text: input.body });
  const articles = step('retrieve', retrieve, { query: input.body, intent: intent.label, product: entities.product });
  const draft = step('draft', draftReply, { email: input, intent, entities, articles });
  const verdict = step('comply', comply, { text: draft.text });
  const decision = review('approve', Approval, {
    when: or(lt(intent.confidence, 0.8), not(verdict.ok)),
    show: { draft, verdict },
    timeout: '3d',
  });
  return step('send', send, { text: orElse(decision.text, draft.text) });
});
