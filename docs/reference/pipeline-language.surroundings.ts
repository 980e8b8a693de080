// What surrounds the fragments of pipeline-language.md when they are compiled.
import * as language from '@millrace/pipeline';
import { z } from 'zod';

const { defineStage, fromTopic, not, orElse, pipeline } = language;

const Text = z.object({ text: z.string() });
const Order = z.object({ desk: z.string(), amount: z.number() });
const Email = z.object({ body: z.string() });
const Approval = z.object({ approved: z.boolean() });
const Payment = z.object({ paid: z.boolean() });
const PaymentEvent = z.object({ order: z.string(), payment: Payment });
const Ticket = z.object({ ticket: z.string() });
const Input = z.object({
  body: z.string(),
  from: z.string(),
  language: z.string(),
  manager: z.string(),
  order: z.string(),
  text: z.string(),
  url: z.string(),
});

const stageOf = <I extends z.ZodObject, O extends z.ZodType>(name: string, input: I, output: O) =>
  defineStage({ name, input, output });

const alert = stageOf(
  'alert',
  z.object({ code: z.string(), in: z.string(), ticket: z.string().optional() }),
  z.object({}),
);
const answerBilling = stageOf('answer-billing', Text, Text);
const answerGeneral = stageOf('answer-general', Text, Text);
const answerRefund = stageOf('answer-refund', Text, Text);
const askLargeModel = stageOf('ask-large-model', Text, Text);
const askSmallModel = stageOf('ask-small-model', Text, Text);
const book = stageOf('book', z.object({ desk: z.string() }), Ticket);
const classify = stageOf('classify', Text, z.object({ label: z.string() }));
const comply = stageOf('comply', Text, z.object({ ok: z.boolean(), violations: z.array(z.string()) }));
const draft = stageOf('draft', Text.extend({ violations: z.array(z.string()) }), Text);
const draftReply = stageOf('draft-reply', Text, Text);
const embed = stageOf('embed', Text.extend({ language: z.string() }), z.object({ vector: z.array(z.number()) }));
const file = stageOf('file', z.object({ payment: z.string() }), z.object({}));
const pay = stageOf('pay', z.object({ amount: z.number() }), z.object({ id: z.string() }));
const payInvoice = stageOf(
  'pay-invoice',
  z.object({ id: z.string() }),
  z.object({ paid: z.boolean(), because: z.string().optional() }),
);
const readDocument = stageOf('read-document', z.object({ url: z.string() }), z.object({ chunks: z.array(Text) }));
const refund = stageOf('refund', z.object({ payment: z.string() }), z.object({}));
const remind = stageOf('remind', z.object({ to: z.string() }), z.object({}));
const send = stageOf('send', Text, z.object({ sent: z.boolean() }));
const smallModel = stageOf('small-model', Text, Text);
const template = stageOf('template', Text.extend({ because: z.string() }), Text);
const unbook = stageOf('unbook', Ticket, z.object({}));
const apology = { text: 'We will come back to you.' };
const documentIngestion = pipeline(
  { name: 'document-ingestion', input: z.object({ url: z.string() }) },
  ({ input, step }) => step('read', readDocument, { url: input.url }),
);

export const surrounding = pipeline(
  { name: 'surrounding', input: Input },
  ({ choose, input, loop, map, race, review, signal, sleep, step, subPipeline }) => {
    const intent = step('intent', classify, { text: input.body });
    const document = step('document', readDocument, { url: input.url });
    const invoice = { id: input.order };
    const sent = step('sent', send, { text: input.body });
    const verdict = step('verdict', comply, { text: input.body });
    const use = (...all: readonly unknown[]) => all;
    use(choose, fromTopic, not, orElse, Order, Email, Approval, Payment, PaymentEvent, apology, documentIngestion);
    use(
      alert,
      answerBilling,
      answerGeneral,
      answerRefund,
      askLargeModel,
      askSmallModel,
      book,
      draft,
      draftReply,
      embed,
    );
    use(file, pay, payInvoice, refund, remind, smallModel, template, unbook, invoice, intent, document, verdict);
    use(loop, map, race, review, signal, sleep, subPipeline);
    {
      /* example */
    }
    return sent;
  },
);
