import { defineStage, orElse, pipeline, type Ref } from '@millrace/pipeline';
import { z } from 'zod';

const classify = defineStage({
  name: 'classify',
  input: z.object({ text: z.string() }),
  output: z.object({ label: z.string(), confidence: z.number() }),
});
const draft = defineStage({
  name: 'draft',
  input: z.object({ text: z.string(), label: z.string() }),
  output: z.object({ text: z.string() }),
});
const forget = defineStage({ name: 'forget', input: z.object({ text: z.string() }), output: z.object({}) });
const Approval = z.object({ approved: z.boolean(), text: z.string().optional() });

/** classify hands on to draft, then a person approves. */
export const reply = pipeline(
  {
    name: 'reply',
    input: z.union([
      z.object({ text: z.string() }),
      z.object({ raw: z.string() }),
      z.object({ rawBase64: z.string() }),
    ]),
  },
  ({ input, step, review }) => {
    const text = (input as unknown as { text: never }).text;
    const intent = step('classify', classify, { text });
    const undo = { stage: forget, input: (made: { text: Ref<string> }) => ({ text: made.text }) };
    const again = { stage: draft, input: { text, label: 'anything' }, on: ['MODEL_BUSY'] };
    const drafted = step('draft', draft, { text, label: intent.label }, { compensate: undo, fallback: again });
    const approval = review('approve', Approval, {
      show: { draft: drafted, reply: drafted.text, reasons: ['confidence-below-threshold'] },
      group: 'support',
      timeout: '3d',
    });
    return { text: orElse(approval.text, drafted.text), approved: approval.approved };
  },
);
