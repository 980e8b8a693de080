import { z } from 'zod';
import { defineStage, eq, not, orElse, pipeline, type Ref } from '../index.js';
import { inputOf, isLoopOver, mermaid } from '../engine.js';

const Brief = z.object({ text: z.string(), tone: z.enum(['warm', 'plain', 'legal']) });
const draft = defineStage({
  name: 'draft',
  input: z.object({ text: z.string(), violations: z.array(z.string()) }),
  output: z.object({ text: z.string() }),
});
const comply = defineStage({
  name: 'comply',
  input: z.object({ text: z.string() }),
  output: z.object({ ok: z.boolean(), violations: z.array(z.string()) }),
});

const Round = z.object({ text: z.string(), ok: z.boolean(), violations: z.array(z.string()) });

describe('a loop', () => {
  const { plan, loaded } = pipeline({ name: 'letters', input: Brief }, ({ input, loop, step }) => {
    const good = loop('redraft', Round, { until: (round) => round.ok, max: 3 }, (previous) => {
      const drafted = step('draft', draft, { text: input.text, violations: orElse(previous.violations, []) });
      const verdict = step('comply', comply, { text: drafted.text });
      return { text: drafted.text, ok: verdict.ok, violations: verdict.violations };
    });
    return good.text;
  });

  test('is a plan of its own for each round, which knows what the round before gave', () => {
    expect(plan.steps['redraft']).toMatchObject({
      kind: 'loop',
      as: 'previous',
      until: 'previous.ok',
      max: 3,
      onLimit: 'go-on',
    });
    expect(loaded.child('redraft[0]').plan.given).toEqual(['input', 'previous']);
  });

  test('ends when its condition holds of what a round gave', () => {
    const after = (ok: boolean) => isLoopOver(loaded, { step: 'redraft', round: 0 }, { redraft: { ok } });
    expect([after(false), after(true)]).toEqual([false, true]);
  });

  test('of one stage is that stage’s work, and starts with what it is told to', () => {
    const { loaded } = pipeline({ name: 'once', input: Brief }, ({ input, loop, step }) =>
      loop(
        'again',
        draft.output,
        { until: (round) => eq(round.text, 'done'), max: 5, start: { text: 'first' } },
        (previous) => step('draft', draft, { text: previous.text, violations: [input.text] }),
      ),
    );
    expect(inputOf(loaded, 'again[0]', { input: { text: 'x' } })).toEqual({ text: 'first', violations: ['x'] });
    const later = { input: { text: 'x' }, again: { text: 'second' } };
    expect(inputOf(loaded, 'again[1]', later)).toEqual({ text: 'second', violations: ['x'] });
  });

  test('is typed by what a round gives', () => {
    pipeline({ name: 'types', input: Brief }, ({ input, loop, step }) => {
      // @ts-expect-error `okay` is no field of a round
      const wrong = () => loop('a', Round, { until: (round) => round.okay, max: 2 }, (previous) => previous);
      expect(wrong).toThrow('okay');
      // @ts-expect-error nothing came before the first round
      loop('b', draft.output, { until: (r) => eq(r.text, ''), max: 2 }, (previous) => ({ text: previous.text }));
      // @ts-expect-error a round gives a text
      loop('c', draft.output, { until: (r) => eq(r.text, ''), max: 2 }, () => ({ txt: input.text }));
      return step('comply', comply, { text: input.text });
    });
  });
});

describe('a switch', () => {
  const chosen = pipeline({ name: 'switch', input: Brief }, ({ input, choose, step }) =>
    choose(
      'reply',
      input.tone,
      {
        warm: () => {
          const first = step('greet', draft, { text: input.text, violations: [] });
          return step('warm', draft, { text: first.text, violations: [] });
        },
        legal: () => ({ text: step('legal', comply, { text: input.text }).violations[0] }),
      },
      () => step('plain', draft, { text: input.text, violations: [] }),
    ),
  );

  test('is its steps with conditions, and a step that has what the case gives', () => {
    const when = (name: string) => chosen.plan.steps[name]?.when;
    expect(when('greet')).toBe('input.tone == "warm"');
    expect(when('warm')).toBe('input.tone == "warm"');
    expect(when('replyLegal')).toBe('input.tone == "legal"');
    expect(when('plain')).toBe('!(input.tone == "warm" || input.tone == "legal")');
    expect(chosen.plan.steps['reply']).toMatchObject({
      kind: 'value',
      value: { $orElse: [{ $ref: ['warm'] }, { $ref: ['replyLegal'] }, { $ref: ['plain'] }] },
    });
  });

  test('gives what comes from around it in its own case alone', () => {
    const { plan } = pipeline({ name: 'around', input: Brief }, ({ input, choose, step }) =>
      choose('reply', input.tone, { warm: () => input.text }, () => step('plain', comply, { text: input.text })),
    );
    expect(plan.steps['replyWarm']).toMatchObject({ when: 'input.tone == "warm"' });
    expect(plan.steps['reply']).toMatchObject({ value: { $orElse: [{ $ref: ['replyWarm'] }, { $ref: ['plain'] }] } });
  });

  test('refuses what is read of a case from outside, and what is no case', () => {
    const leak = () =>
      pipeline({ name: 'leak', input: Brief }, ({ input, choose, step }) => {
        let inside: Ref<{ text: string }> | undefined;
        choose('reply', input.tone, {
          warm: () => (inside = step('warm', draft, { text: input.text, violations: [] })),
        });
        return step('after', comply, { text: inside!.text });
      });
    expect(leak).toThrow('Read what `choose` gives instead');
    pipeline({ name: 'types', input: Brief }, ({ input, choose, step }) => {
      // @ts-expect-error there is no such tone
      choose('a', input.tone, { cold: () => ({ x: input.text }) });
      const some = choose('b', input.tone, { warm: () => ({ x: input.text }) });
      // @ts-expect-error there may be no case for it
      step('c', comply, { text: some.x });
      return step('d', comply, { text: orElse(some.x, '') });
    });
  });
});

describe('a race', () => {
  test('is a run for each branch', () => {
    const { plan, loaded } = pipeline({ name: 'race', input: Brief }, ({ input, race, step }) => {
      const first = race('fastest', {
        a: () => step('draft', draft, { text: input.text, violations: [] }),
        b: () => ({ text: input.text }),
      });
      // @ts-expect-error neither gives that
      void first.violations;
      return step('comply', comply, { text: first.text }, { when: not(eq(first.text, '')) });
    });
    expect(plan.steps['comply']!.predecessors).toEqual(['fastest']);
    expect(loaded.child('fastest[a]').hash).toBe(`${loaded.hash}/fastest[a]`);
    expect(loaded.child('fastest[b]').plan).toMatchObject({ given: ['input'], steps: {} });
  });
});

test('a plan within a plan is drawn within it', () => {
  const { plan } = pipeline({ name: 'drawn', input: Brief }, ({ input, loop, step, choose }) => {
    const round = loop('redraft', Round, { until: (one) => one.ok, max: 3 }, (previous) => {
      const drafted = step('draft', draft, { text: input.text, violations: orElse(previous.violations, []) });
      return { ...{ ok: true, violations: [] }, text: drafted.text };
    });
    return choose('end', input.tone, { legal: () => step('comply', comply, { text: round.text }) });
  });
  expect(mermaid(plan)).toBe(`flowchart TD
  start_(["drawn"])
  subgraph step_redraft["redraft (until previous.ok, at most 3 rounds)"]
    step_redraft_draft["draft"]
  end
  step_comply["comply"]
  step_end{"end"}
  end_(["output"])
  start_ --> step_redraft
  step_redraft -.->|"input.tone == #quot;legal#quot;"| step_comply
  step_comply --> step_end
  step_end --> end_
`);
});
