import { z } from 'zod';
import { eq, gt, includes, lt, orElse, pipeline } from '../index.js';
import {
  Approval,
  classify,
  comply,
  CustomerEmail,
  draftReply,
  extract,
  retrieve,
  send,
} from '../support-email.fixture.js';

// The compiler is the test here: a line under `@ts-expect-error` that compiled would stop the build. What compiles is run,
// so that it is known to mean what its types say.

const echo = (name: string) => ({ name, input: CustomerEmail });

test('a misspelt field does not compile', () => {
  pipeline(echo('misspelt'), ({ input, step }) => {
    const intent = step('classify', classify, { text: input.body });
    // @ts-expect-error `bdy` is no field of the input
    void input.bdy;
    // @ts-expect-error `labl` is no field of what classify gives
    void intent.labl;
    // @ts-expect-error nor is there anything below a string
    void intent.label.length;
    // @ts-expect-error `txt` is no field of what comply takes
    step('comply', comply, { txt: input.body });
    return intent;
  });
});

test('a wrong type does not compile', () => {
  pipeline(echo('wrong'), ({ input, step }) => {
    const intent = step('classify', classify, { text: input.body });
    const entities = step('extract', extract, { text: input.body });
    // @ts-expect-error a number is no text
    step('complyA', comply, { text: intent.confidence });
    // @ts-expect-error neither is a literal number
    step('complyB', comply, { text: 7 });
    // @ts-expect-error what extract gives is not what draft takes as the intent
    step('draft', draftReply, { email: input, intent: entities, entities, articles: { articles: [] } });
    // @ts-expect-error texts have no order with numbers
    lt(intent.label, 0.8);
    // @ts-expect-error urgency is never `urgent`
    eq(intent.urgency, 'urgent');
    // @ts-expect-error amounts are numbers
    includes(entities.amounts, 'ten');
    return intent;
  });
});

test('a value that may be absent does not compile where one is needed, until orElse says what happens without it', () => {
  pipeline(echo('optional'), ({ input, step, review }) => {
    const entities = step('extract', extract, { text: input.body });
    const found = step('retrieve', retrieve, { query: input.body, intent: 'any', product: entities.product });
    const always = review('always', Approval);
    const maybe = step('maybe', comply, { text: input.body }, { when: gt(entities.amounts[0], 100) });
    // @ts-expect-error the product is optional
    step('complyA', comply, { text: entities.product });
    // @ts-expect-error the IBAN may be null
    step('complyB', comply, { text: entities.iban });
    // @ts-expect-error a reviewer may leave the text out
    step('complyC', comply, { text: always.text });
    // @ts-expect-error there may be no first article
    step('complyD', comply, { text: found.articles[0].title });
    // @ts-expect-error an optional alternative does not help
    step('complyE', comply, { text: orElse(entities.product, always.text) });
    // @ts-expect-error the whole step may be skipped
    step('complyF', send, maybe);
    step('complyG', comply, { text: orElse(entities.product, always.text, 'none') });
    return { sure: step('send', send, { text: orElse(entities.iban, input.body) }), maybe };
  });
});

test('a skipped step of optional fields is not taken for an object with none of them', () => {
  const Loose = z.object({ text: z.string().optional() });
  const loose = { name: 'loose', input: Loose, output: Loose };
  pipeline(echo('loose'), ({ input, step }) => {
    const maybe = step('maybe', loose, { text: input.body }, { when: eq(input.from, 'x') });
    // @ts-expect-error it may be absent as a whole
    step('next', loose, maybe);
    step('fine', loose, { text: maybe.text });
    return step('finer', loose, orElse(maybe, {}));
  });
});

test('a fallback or default of another shape does not compile', () => {
  const definition = () =>
    pipeline(echo('fallback'), ({ input, step }) =>
      // @ts-expect-error what extract gives is not what comply gives
      step('comply', comply, { text: input.body }, { fallback: { stage: extract, input: { text: input.body } } }),
    );
  expect(definition).toThrow('may be missing');
  pipeline(echo('default'), ({ input, step }) => {
    step(
      'a',
      comply,
      { text: input.body },
      { fallback: { stage: comply, input: { text: 'x' } }, onFailure: { default: { ok: true, findings: [] } } },
    );
    // @ts-expect-error the fallback's input is typed as well
    step('b', comply, { text: input.body }, { fallback: { stage: comply, input: { txt: 'x' } } });
    // @ts-expect-error a duration has a unit
    expect(() => step('c', comply, { text: input.body }, { timeout: '30' })).toThrow('"30" is not a length of time');
    return input;
  });
});
