import { growthOf } from '../plan/growth.fixture.js';
import { parsePipeline, YamlError } from './index.js';

const told = (text: string): unknown => {
  try {
    return parsePipeline(text, { file: 'f.yaml' });
  } catch (error) {
    if (error instanceof YamlError) return error;
    throw error;
  }
};
const refused = (text: string): YamlError => {
  const error = told(text);
  if (error instanceof YamlError) return error;
  throw new Error('It was read.');
};
const lines = (n: number, line: (i: number) => string) => Array.from({ length: n }, (_, i) => line(i)).join('\n');

const typed = (schema: string) =>
  `pipeline: a\ninput: { $json: ${schema} }\nsteps: { v: { value: 1, when: input == null } }\noutput: $v`;

test.each<[string, string, string]>([
  [
    'aliases that stand for a billion texts',
    `a0: &a0 [x]\n${lines(9, (i) => `a${i + 1}: &a${i + 1} [${Array(9).fill(`*a${i}`).join(', ')}]`)}`,
    'aliases stand for too much',
  ],
  ['more aliases than anybody writes', `a: &a x\nb:\n${lines(2_000, () => '  - *a')}`, 'more than 1000 aliases'],
  ['lists within lists', `${'['.repeat(50_000)}${']'.repeat(50_000)}`, 'nested too deep'],
  ['a text without end', `a: ${'x'.repeat(2_000_001)}`, 'it has 2000004 characters; a pipeline may have 2000000'],
  [
    'more steps than anybody writes',
    `pipeline: a\nsteps:\n${lines(20_000, (i) => `  s${i}: { value: 1 }`)}\noutput: $s0`,
    'it has 20000 steps; a pipeline may have 10000',
  ],
  [
    'more cases than anybody writes',
    `pipeline: a\nsteps:\n  c:\n    choose: input\n    cases:\n${lines(20_000, (i) => `      v${i}: { value: 1 }`)}\noutput: $c`,
    'it has 20001 steps; a pipeline may have 10000',
  ],
  ['a type that is itself', typed('{ $ref: "#" }'), 'f.yaml:2:1 the schema of the input cannot be used'],
  [
    'types that are each other',
    typed('{ $defs: { a: { anyOf: [{ $ref: "#/$defs/a" }, { $ref: "#/$defs/a" }] } }, $ref: "#/$defs/a" }'),
    'f.yaml:2:1 the schema of the input cannot be used',
  ],
  [
    'a type that stands elsewhere',
    typed('{ $ref: "http://127.0.0.1:1/x.json" }'),
    'f.yaml:2:1 the schema of the input cannot be used',
  ],
  ['two documents', 'pipeline: a\n---\npipeline: b', 'it has several documents (`---`): a file has one pipeline'],
  ['a key that stands twice', 'pipeline: a\nsteps: {}\npipeline: b', 'the key stands here a second time'],
])('%s: refused with a sentence', (_, text, what) => {
  expect(refused(text).message).toContain(what);
});

test('a thousand problems are told by the first hundred', () => {
  const { problems } = refused(`pipeline: a\nsteps:\n${lines(1_000, (i) => `  s${i}: { nonsense: 1.10 }`)}`);
  expect(problems).toHaveLength(100);
});

const HEAD = 'pipeline: a\ninput: any\nsteps:\n';

test.each<[string, (n: number) => string, number?]>([
  ['keys of one map', (n) => `pipeline: a\nx:\n${lines(n, (i) => `  k${i}: 1`)}`],
  ['anchors and an alias', (n) => `pipeline: a\nx:\n${lines(n, (i) => `  - &a${i} v`)}\ny: *a0`],
  [
    'a few hundred aliases in a long text',
    (n) => `a: &a x\nb:\n${lines(500, () => '  - *a')}\nc:\n${lines(n, () => '  - v')}`,
  ],
  [
    'steps in a chain',
    (n) => `${HEAD}${lines(n, (i) => `  s${i}: { value: ${i ? `$s${i - 1}` : '$input'} }`)}\noutput: $s0`,
  ],
  [
    'steps that read nothing there is',
    (n) => `${HEAD}${lines(n, (i) => `  s${i}: { value: $nope${i} }`)}\noutput: $s0`,
    150,
  ],
  [
    'maps with steps of their own',
    (n) =>
      `${HEAD}${lines(n, (i) => `  s${i}: { map: $input, as: one, do: { steps: { a: { value: $one } }, output: $a } }`)}\noutput: $s0`,
    150,
  ],
  ['lines that are no YAML', (n) => `a: [string[]]\n${lines(n, (i) => `s${i}: { a: b[] }`)}`],
  ['things that are wrong', (n) => `pipeline: a\nsteps:\n${lines(n, (i) => `  s${i}: { nonsense: x }`)}`],
])('a text four times as long takes about four times as long to read: %s', (_, text, n = 500) => {
  expect(growthOf((n) => void told(text(n)), n)).toMatchObject({ isLinear: true });
});
