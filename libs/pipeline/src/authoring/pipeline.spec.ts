import { z } from 'zod';
import { defineStage, lt, orElse, pipeline } from '../index.js';
import { mermaid } from '../engine.js';
import {
  Approval,
  classify,
  comply,
  CustomerEmail,
  draftReply,
  extract,
  retrieve,
  send,
  supportEmail,
} from '../support-email.fixture.js';

const { plan, loaded } = supportEmail;

describe('what a definition becomes', () => {
  test('edges follow from what a step reads, and no more of them than are needed', () => {
    expect(
      Object.fromEntries(Object.entries(plan.steps).map(([name, { predecessors }]) => [name, predecessors])),
    ).toEqual({
      classify: [],
      extract: [],
      retrieve: ['classify', 'extract'],
      draft: ['retrieve'],
      comply: ['draft'],
      approve: ['comply'],
      send: ['approve'],
    });
    expect(loaded.order.filter(loaded.isHandedOff)).toEqual(['draft', 'comply']);
    expect(loaded.carries('retrieve')).toEqual(['input', 'classify', 'extract']);
    expect(loaded.successors('classify')).toEqual(['retrieve']);
  });

  test('references, alternatives and literals are plain JSON', () => {
    expect(plan.steps['send']).toMatchObject({
      kind: 'stage',
      input: { text: { $orElse: [{ $ref: ['approve', 'text'] }, { $ref: ['draft', 'text'] }] } },
      retry: { maxAttempts: 3 },
      timeoutMs: 30_000,
      startTimeoutMs: 600_000,
    });
    expect(plan.steps['approve']).toMatchObject({
      kind: 'review',
      when: 'classify.confidence < 0.8 || !comply.ok',
      show: { draft: { $ref: ['draft'] }, verdict: { $ref: ['comply'] } },
      timeoutMs: 3 * 24 * 3_600_000,
    });
    expect(plan.output).toEqual({ $ref: ['send'] });
    expect(JSON.parse(JSON.stringify(plan))).toEqual(plan);
  });

  test('the contracts of its stages come with it', () => {
    expect([...supportEmail.contracts.keys()]).toEqual(['classify', 'extract', 'retrieve', 'draft', 'comply', 'send']);
    expect(supportEmail.contracts.get('draft')).toBe(draftReply);
  });

  test('the same definition has the same hash, another one another', () => {
    const of = (confidence: number) =>
      pipeline({ name: 'one', input: CustomerEmail }, ({ input, step }) => {
        const intent = step('classify', classify, { text: input.body });
        return step('comply', comply, { text: input.body }, { when: lt(intent.confidence, confidence) });
      }).loaded.hash;
    expect(of(0.5)).toBe(of(0.5));
    expect(of(0.5)).not.toBe(of(0.6));
  });

  test('a step’s own policy goes before its stage’s, and that before the defaults', () => {
    const patient = defineStage({ ...classify, name: 'patient', timeout: '5m', retry: 7 });
    const { plan } = pipeline({ name: 'policies', input: CustomerEmail }, ({ input, step, signal }) => {
      const first = step('first', patient, { text: input.body });
      step(
        'second',
        patient,
        { text: input.body },
        { timeout: 1_500, startTimeout: '2h', retry: { maxAttempts: 2, initialMs: 10 }, after: [first] },
      );
      const shipped = signal('shipped', z.object({ at: z.string() }), {
        after: ['second'],
        onFailure: { default: { at: 'never' } },
      });
      return step(
        'third',
        classify,
        { text: shipped.at },
        {
          fallback: { stage: patient, input: { text: first.label } },
          onFailure: { default: { label: 'none', urgency: 'low', confidence: 0 } },
        },
      );
    });
    expect(plan.steps).toMatchObject({
      first: { timeoutMs: 300_000, retry: { maxAttempts: 7, factor: 2 } },
      second: {
        timeoutMs: 1_500,
        startTimeoutMs: 7_200_000,
        retry: { maxAttempts: 2, initialMs: 10, factor: 2 },
        predecessors: ['first'],
      },
      shipped: { kind: 'signal', predecessors: ['second'], onFailure: { default: { at: 'never' } } },
      third: {
        fallback: {
          stage: 'patient',
          input: { text: { $ref: ['first', 'label'] } },
          timeoutMs: 300_000,
          retry: { maxAttempts: 7 },
        },
        onFailure: { default: { label: 'none', urgency: 'low', confidence: 0 } },
      },
    });
  });

  test('literals that look like references stay literals', () => {
    const any = defineStage({ name: 'any', input: z.unknown(), output: z.unknown() });
    const { plan } = pipeline({ name: 'literals', input: z.unknown() }, ({ input, step }) => {
      step('a', any, { $ref: ['b'] });
      return [step('b', any, [1, null, { x: undefined, y: { $literal: 2 } }]), input];
    });
    expect(plan.steps).toMatchObject({
      a: { input: { $literal: { $ref: ['b'] } } },
      b: { input: [1, null, { y: { $literal: { $literal: 2 } } }] },
    });
    expect(plan.output).toEqual([{ $ref: ['b'] }, { $ref: ['input'] }]);
  });

  test('it can be drawn', () => {
    expect(mermaid(plan)).toBe(`flowchart TD
  start_(["support-email"])
  step_classify["classify"]
  step_extract["extract"]
  step_retrieve["retrieve"]
  step_draft["draft"]
  step_comply["comply"]
  step_approve{{"approve (review)"}}
  step_send["send"]
  end_(["output"])
  start_ --> step_classify
  start_ --> step_extract
  step_classify --> step_retrieve
  step_extract --> step_retrieve
  step_retrieve --> step_draft
  step_draft --> step_comply
  step_comply -.->|"classify.confidence #lt; 0.8 #124;#124; !comply.ok"| step_approve
  step_approve --> step_send
  step_send --> end_
`);
  });

  test('a pipeline returns whatever its references and literals say', () => {
    const { plan } = pipeline({ name: 'small', input: CustomerEmail }, ({ input, step, review }) => {
      const entities = step('extract', extract, { text: input.body });
      const found = step('retrieve', retrieve, { query: 'x', intent: 'y', product: entities.product });
      const answer = review('answer', Approval);
      return {
        sent: step('send', send, { text: orElse(answer.text, 'none') }),
        first: found.articles[0].title,
        fixed: 1,
      };
    });
    expect(plan.output).toEqual({
      sent: { $ref: ['send'] },
      first: { $ref: ['retrieve', 'articles', 0, 'title'] },
      fixed: 1,
    });
  });
});
