import { parse } from 'yaml';
import { type Plan, RetryPolicy } from '../engine.js';
import { supportEmail } from '../support-email.fixture.js';
import { schemaTest } from '../schemas/validation.js';
import { parsePipeline, pipelineSchema, pipelineYaml, YamlError } from './index.js';

const planOf = (text: string, load?: (path: string) => Plan): Plan =>
  parsePipeline(text, { file: 'mail.yaml', ...(load && { load }) });

function wrongWith(text: string): string[] {
  try {
    planOf(text);
    return [];
  } catch (error) {
    if (!(error instanceof YamlError)) throw error;
    return error.message.split('\n');
  }
}

const head = 'pipeline: mail\ninput: { text: string, tags: [string] }\nsteps:\n';
const stepsOf = (text: string) => planOf(head + text).steps;

describe('a pipeline in YAML', () => {
  test('is the pipeline that TypeScript has', () => {
    const text = `
pipeline: support-email
input: { from: string, body: string }
steps:
  classify: { input: { text: $input.body } }
  extract: { input: { text: $input.body } }
  retrieve:
    input: { query: $input.body, intent: $classify.label, product: $extract.product }
  draft:
    input: { email: $input, intent: $classify, entities: $extract, articles: $retrieve }
  comply: { input: { text: $draft.text } }
  approve:
    review: { approved: boolean, text?: string }
    when: classify.confidence < 0.8 || !comply.ok
    show: { draft: $draft, verdict: $comply }
    timeout: 3d
  send:
    input: { text: "\${orElse(approve.text, draft.text)}" }
output: $send
`;
    expect(planOf(text)).toEqual(supportEmail.plan);
  });

  test('takes defaults where nothing is said, as TypeScript does', () => {
    const { lookUp } = stepsOf('  lookUp: { input: $input.text }');
    expect(lookUp).toEqual({
      kind: 'stage',
      stage: 'look-up',
      input: { $ref: ['input', 'text'] },
      retry: RetryPolicy.parse({}),
      timeoutMs: 30_000,
      startTimeoutMs: 600_000,
      predecessors: [],
    });
  });

  test('reads values by path and by expression, and takes everything else as it is', () => {
    const value = `  made:
    value:
      - $input.tags[0]
      - \${input["text"]}
      - \${orElse(input.text, "none", 1, [])}
      - $orElse: [$input.text, { deep: $input.tags }]
      - $literal: { $ref: [x] }
      - costs 5$
      - $5
      - $$input.text
      - in $\${braces}`;
    expect(stepsOf(value)['made']).toMatchObject({
      value: [
        { $ref: ['input', 'tags', 0] },
        { $ref: ['input', 'text'] },
        { $orElse: [{ $ref: ['input', 'text'] }, 'none', 1, []] },
        { $orElse: [{ $ref: ['input', 'text'] }, { deep: { $ref: ['input', 'tags'] } }] },
        { $literal: { $ref: ['x'] } },
        'costs 5$',
        '$5',
        '$input.text',
        'in ${braces}',
      ],
    });
  });

  test('puts a step after what it reads, what its condition reads, and what is said', () => {
    const steps = stepsOf(`  last: { input: $first, when: second.ok, after: third }
  third: { sleep: 1h }
  second: { input: 1 }
  first: { input: 1 }`);
    expect(steps['last']!.predecessors).toEqual(['third', 'first', 'second']);
    expect(Object.keys(steps).at(-1)).toBe('last');
  });

  test('takes a sub-pipeline from a file, without what begins its runs', () => {
    const other = planOf('pipeline: other\nschedules: { nightly: 0 3 * * * }\nsteps: { wait: { sleep: 1s } }');
    const { steps } = planOf(`${head}  sub: { run: ./other.yaml, input: {} }`, (path) => {
      expect(path).toBe('./other.yaml');
      return other;
    });
    const { starts: _, ...plan } = other;
    expect(steps['sub']).toMatchObject({ kind: 'run', plan });
  });

  test('is written in its short forms', () => {
    const { plan } = supportEmail;
    expect(pipelineYaml(plan)).toContain(`  approve:
    review:
      approved: boolean
      text?: string
    when: classify.confidence < 0.8 || !comply.ok
    show:
      draft: $draft
      verdict: $comply
    timeout: 3d
  send:
    stage: send
    input:
      text: \${orElse(approve.text, draft.text)}
output: $send
`);
  });
});

describe('what is wrong with a pipeline in YAML is told with file, line and column', () => {
  test.each([
    [
      'YAML that cannot be read',
      'pipeline: [a',
      'mail.yaml:1:13 Flow sequence in block collection must be sufficiently indented',
    ],
    ['a list instead of a pipeline', '- a', 'mail.yaml:1:1 a pipeline has names'],
    ['a name in capitals', 'pipeline: Mail\nsteps: {}', 'mail.yaml:1:11 "Mail" is not a kebab-case name'],
    ['steps that are missing', 'pipeline: mail', 'mail.yaml:1:1 "steps" has to have'],
    ['a type that is none', 'pipeline: mail\ninput: { a: strin }\nsteps: {}', 'mail.yaml:2:13 "strin" is no type'],
    [
      'a field that does not exist',
      `${head}  a: { input: 1, tiemout: 3s }`,
      'mail.yaml:4:18 there is no "tiemout" here',
    ],
    ['a field that is missing', `${head}  a:\n    map: $input.tags`, 'mail.yaml:4:3 "do" is missing'],
    [
      'a step that does not exist',
      `${head}  a: { input: { x: $nobody.x } }`,
      'mail.yaml:4:20 there is no "nobody" here',
    ],
    [
      'a step to come after that does not exist',
      `${head}  a: { sleep: 1s, after: b }`,
      'mail.yaml:4:26 there is no step "b"',
    ],
    ['an expression that is not valid', `${head}  a: { input: "\${input.}" }`, 'mail.yaml:4:24 `input.` is not valid'],
    ['an expression that calculates', `${head}  a: { input: "\${1 + 2}" }`, 'mail.yaml:4:18 a value is a reference'],
    ['a value within text', `${head}  a: { input: "hello \${input.text}" }`, 'mail.yaml:4:22 a value is taken whole'],
    [
      'a condition that is not valid',
      `${head}  a: { input: 1, when: input.text == }`,
      'mail.yaml:4:37 `input.text ==` is not valid',
    ],
    [
      'a condition on a field that does not exist',
      `${head}  a: { input: 1, when: input.txt == "x" }`,
      'mail.yaml:4:24 its condition',
    ],
    [
      'a length of time without a unit',
      `${head}  a: { input: 1, timeout: 30 }`,
      'mail.yaml:4:27 a length of time has a unit',
    ],
    ['a number out of bounds', `${head}  a: { input: 1, retry: { maxAttempts: 0 } }`, 'mail.yaml:4:40 Too small'],
    [
      'steps that wait for each other',
      `${head}  a: { input: $b }\n  b: { input: $a }`,
      'mail.yaml:4:3 it waits for itself',
    ],
    [
      'something deep within',
      `${head}  a:\n    map: $input.tags\n    do:\n      steps:\n        b: { input: $item, after: x }\n      output: $b`,
      'mail.yaml:8:35 there is no step "x"',
    ],
    [
      'a time that never comes',
      'pipeline: mail\nschedules: { a: 0 0 31 2 * }\nsteps: {}',
      'mail.yaml:1:1 the schedule "a" never comes',
    ],
  ])('%s', (_, text, expected) => {
    const [first, another] = wrongWith(text);
    expect(first).toMatch(expected);
    expect(another).toBeUndefined();
  });

  test('all of it at once, in the order of the lines', () => {
    const text = `${head}  a: { input: $b, timeout: 3 days }\n  c: { sleep: soon }\noutput: $d`;
    expect(wrongWith(text).map((line) => line.split(' ')[0])).toEqual([
      'mail.yaml:4:15',
      'mail.yaml:4:28',
      'mail.yaml:5:15',
      'mail.yaml:6:9',
    ]);
  });
});

describe('the published schema', () => {
  const isPublished = schemaTest(pipelineSchema());
  const steps = (text: string) => isPublished(parse(head + text));

  test('takes what can be read', () => {
    expect(steps('  a: { input: $input.text, retry: 3 }\n  b: { map: $input.tags, do: { input: $item } }')).toBe(true);
  });

  test.each([
    '  a: { input: 1, tiemout: 3s }',
    '  a: { input: 1, timeout: 30 }',
    '  a: { map: $input.tags }',
    '  a: 3',
  ])('refuses %s', (text) => {
    expect(steps(text)).toBe(false);
    expect(wrongWith(head + text)).not.toEqual([]);
  });
});

describe('What is written in YAML', () => {
  const valued = (flow: string) => `${head}  all:\n    value: ${flow}\noutput: $all\n`;
  const given = (flow: string) => stepsOf(`  all:\n    value: ${flow}\noutput: $all\n`).all;

  test('stays text where a person means text', () => {
    expect(
      given('{ country: NO, on: yes, off: Off, time: 12:30, day: 2026-01-02, part: 1_000, none: ~ }'),
    ).toMatchObject({
      value: { country: 'NO', on: 'yes', off: 'Off', time: '12:30', day: '2026-01-02', part: '1_000', none: null },
    });
    expect(given('{ version: "1.10", zip: "01234", share: 0.25, n: -7, large: 9007199254740991 }')).toMatchObject({
      value: { version: '1.10', zip: '01234', share: 0.25, n: -7, large: 9_007_199_254_740_991 },
    });
  });

  test.each([
    ['1.10', '1.1'],
    ['1.0', '1'],
    ['01234', '1234'],
    ['0o17', '15'],
    ['0x1F', '31'],
    ['+5', '5'],
    ['1e3', '1000'],
    ['9007199254740993', '9007199254740992'],
    ['12345678901234567890', '12345678901234567000'],
    ['0.12345678901234567890123', '0.12345678901234568'],
    ['1e400', 'no number of JSON'],
    ['.inf', 'no number of JSON'],
    ['.NaN', 'no number of JSON'],
  ])('is refused with its line and column where it would become something else: %s', (literal, read) => {
    const [first, ...more] = wrongWith(valued(`{ before: x, it: ${literal} }`));
    expect(more).toEqual([]);
    expect(first).toMatch(/^mail\.yaml:5:29 /);
    expect(first).toContain(`${literal} would be read as`);
    expect(first).toContain(read);
  });

  test('is told all at once', () => {
    expect(wrongWith(valued('{ version: 1.10, zip: 01234, octal: 0o17, account: 9007199254740993 }'))).toHaveLength(4);
  });

  test.each([
    ['an alias of nothing', '{ text: *greeting }', 'there is no anchor &greeting'],
    ['an alias within what it stands for', '&a { text: [*a] }', 'stands within what it stands for'],
    ['a tag that nobody knows', '{ text: !secret x }', 'Unresolved tag'],
    ['a key that becomes another', '{ 1.10: x }', '1.10 would be read as the key "1.1"'],
    ['a key that is nothing', '{ ~: x }', 'would be read as the key ""'],
    ['a key that is a list', '{ [a]: x }', 'a key has to be a text'],
    ['a NUL', '{ text: "a\\0b" }', 'the text holds a NUL'],
    ['half of a character', '{ text: "\\uD83D" }', 'half of a surrogate pair'],
    ['a key that objects lose', '{ __proto__: { a: 1 } }', '__proto__'],
    ['what is nested too deep', '['.repeat(200) + ']'.repeat(200), 'nested deeper'],
    ['what is nested beyond all bounds', '['.repeat(20_000) + ']'.repeat(20_000), 'nested'],
  ])('is refused with its place: %s', (_, flow, what) => {
    const [first] = wrongWith(valued(flow));
    expect(first).toMatch(/^mail\.yaml:\d+:\d+ /);
    expect(first).toContain(what);
  });

  test('is the same where an anchor stands for it', () => {
    expect(given('{ one: &it { a: 1 }, two: *it }')).toMatchObject({ value: { one: { a: 1 }, two: { a: 1 } } });
  });

  test.each([
    ['sleep: 200000000d', 'longer than 100 years'],
    ['sleep: 1e300d', 'longer than 100 years'],
    ['{ input: $input, timeout: 40000d }', 'longer than 100 years'],
    ['{ input: $input, retry: { maxAttempts: 3000000000 } }', '2147483647'],
    ['{ input: $input, deadline: 99999999999d }', 'longer than 100 years'],
  ])('is refused where nothing could hold it: %s', (step, what) => {
    const [first] = wrongWith(`${head}  wait:\n    ${step}\noutput: $input\n`);
    expect(first).toMatch(/^mail\.yaml:[45]:\d+ /);
    expect(first).toContain(what);
  });

  test('is refused where more runs at once are allowed than can be counted', () => {
    const [first] = wrongWith(`${valued('1')}concurrency:\n  limit: 3000000000\n`);
    expect(first).toMatch(/^mail\.yaml:8:10 .*2147483647/);
  });
});
