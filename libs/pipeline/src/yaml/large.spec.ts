import { growthOf } from '../growth.fixture.js';
import { parsePipeline, YamlError } from './index.js';

const refused = (text: string): YamlError => {
  try {
    parsePipeline(text, { file: 'f.yaml' });
  } catch (error) {
    if (error instanceof YamlError) return error;
    throw error;
  }
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
  ['a key that stands twice', 'pipeline: a\nsteps: {}\npipeline: b', 'the key stands here a second time'],
])('%s: refused with a sentence', (_, text, what) => {
  expect(refused(text).message).toContain(what);
});

test('a thousand problems are told by the first hundred', () => {
  const { problems } = refused(`pipeline: a\nsteps:\n${lines(1_000, (i) => `  s${i}: { nonsense: 1.10 }`)}`);
  expect(problems).toHaveLength(100);
});

test.each<[string, (n: number) => string]>([
  ['keys of one map', (n) => `pipeline: a\nx:\n${lines(n, (i) => `  k${i}: 1`)}`],
  ['anchors and an alias', (n) => `pipeline: a\nx:\n${lines(n, (i) => `  - &a${i} v`)}\ny: *a0`],
  [
    'a few hundred aliases in a long text',
    (n) => `a: &a x\nb:\n${lines(500, () => '  - *a')}\nc:\n${lines(n, () => '  - v')}`,
  ],
  ['things that are wrong', (n) => `pipeline: a\nsteps:\n${lines(n, (i) => `  s${i}: { nonsense: x }`)}`],
])('a text four times as long takes about four times as long to read: %s', (_, text) => {
  expect(growthOf((n) => void refused(text(n)), 2_000)).toMatchObject({ isLinear: true });
});
