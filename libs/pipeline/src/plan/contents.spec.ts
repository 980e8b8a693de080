import { type BlobReference, BLOB_KEY } from '@millrace/contracts';
import { compileMapping } from '../authoring/mapping.js';
import { conditionsOver } from '../authoring/compiled-condition.js';
import { advance } from './advance.js';
import { type Content, contentKey, ContentWanted, withContents } from './contents.js';
import { listOf } from './items.js';
import { loadPlan } from './plan-model.js';
import { validateInput } from '../schemas/validation.js';

const RUN = 'run_' + '0'.repeat(26);
const reference = (digit: string, as: 'json' | 'text' = 'json'): BlobReference => ({
  [BLOB_KEY]: { run: RUN, sha256: digit.repeat(64), bytes: 5, as },
});
const [list, note, gone, box] = [reference('a'), reference('b', 'text'), reference('c'), reference('d')];
const missing = { code: 'BLOB_MISSING', kind: 'permanent', message: 'It is not there.' } as const;
const CONTENTS = new Map<string, Content>([
  [
    contentKey(list),
    {
      value: [
        { price: 3, note },
        { price: 9, note: 'small' },
      ],
    },
  ],
  [contentKey(note), { value: 'a long note' }],
  [contentKey(gone), { failure: missing }],
  [contentKey(box), { value: { note: 'in a box' } }],
]);
const scope = { input: { id: 7, list, note, gone, box } };

const holds = (condition: string, contents = CONTENTS) =>
  withContents(contents, () => conditionsOver(['input'])(condition, 'a').holds(scope));

test.each([
  ['beside it', 'input.id == 7.0', true],
  ['as text', 'input.note.contains("long")', true],
  ['as a list', 'size(input.list) == 2', true],
  ['a field of an item', 'input.list[1].price == 9.0', true],
  ['by an item that is calculated', 'input.list[int(input.id) - 6].note == "small"', true],
  ['over its items', 'input.list.exists(one, one.price > 8.0)', true],
  ['a blob within a blob', 'input.list.exists(one, one.note == "a long note")', true],
  ['and finds nothing', 'input.list.exists(one, one.price > 80.0)', false],
  ['whether a field is there', 'has(input.box.note)', true],
])('a condition that reads a blob %s holds as if it stood there', (_, condition, expected) => {
  expect(holds(condition)).toBe(expected);
});

test('a condition that reads beside a blob does not want its content', () => {
  expect(holds('input.id == 7.0', new Map())).toBe(true);
});

test.each([
  'input.note == "x"',
  'size(input.list) > 0',
  'has(input.box.price)',
  'input.list.exists(one, one.price > 1.0)',
])('the condition %s wants the content that it reads', (condition) =>
  expect(() => holds(condition, new Map())).toThrow(ContentWanted),
);

test('a content is wanted only when it is read', () => {
  const outer = new Map([...CONTENTS].filter(([key]) => key !== contentKey(note)));
  expect(holds('input.list.exists(one, one.price > 8.0)', outer)).toBe(true);
  expect(() => holds('input.list.exists(one, one.note == "x")', outer)).toThrow(ContentWanted);
});

test('a condition over a blob that cannot be read fails with the failure of the blob', () => {
  expect(holds('size(input.gone) > 0')).toEqual(missing);
});

test('a mapping passes a blob on, and reads within it where its path leads there', () => {
  const read = (path: [string, ...(string | number)[]]) =>
    withContents(CONTENTS, () => compileMapping({ $ref: path })(scope));
  expect(read(['input', 'list'])).toBe(list);
  expect(read(['input', 'list', 1, 'price'])).toBe(9);
  expect(read(['input', 'list', 0, 'note'])).toEqual(note);
  expect(read(['input', 'list', 5, 'price'])).toBeUndefined();
  expect(() => compileMapping({ $ref: ['input', 'list', 1, 'price'] })(scope)).toThrow(ContentWanted);
});

const step = { kind: 'stage', stage: 'work', retry: {}, timeoutMs: 1_000, predecessors: [] };
const plan = loadPlan({
  format: 1,
  pipeline: 'p',
  inputSchema: {
    type: 'object',
    properties: {
      id: { type: 'number' },
      note: { type: 'string', minLength: 3 },
      list: { anyOf: [{ type: 'array' }] },
    },
    required: ['id', 'note'],
  },
  steps: {
    fine: { ...step, input: { $ref: ['input', 'id'] } },
    broken: { ...step, input: { $ref: ['input', 'gone', 'field'] } },
    each: {
      kind: 'map',
      over: { $ref: ['input', 'list'] },
      as: 'one',
      work: { kind: 'stage', stage: 'work', input: { $ref: ['one', 'price'] }, retry: {}, timeoutMs: 1_000 },
      concurrency: 2,
      onItemFailure: 'park',
      predecessors: [],
    },
  },
  output: null,
});

test('a step whose input stands in a blob that cannot be read fails, and no other step', () => {
  const { wanted, failed } = withContents(CONTENTS, () => advance(plan, { scope, mark: () => undefined }));
  expect(wanted.map((one) => one.step)).toEqual(['fine', 'each']);
  expect(failed).toEqual([{ step: 'broken', failure: missing }]);
});

test('a map goes over a list that is in a blob', () => {
  expect(withContents(CONTENTS, () => listOf(plan, 'each', scope))).toHaveLength(2);
});

test('a blob fits every schema; what stands beside it is checked', () => {
  expect(validateInput(plan, scope.input)).toBeUndefined();
  expect(validateInput(plan, { ...scope.input, id: 'seven' })).toEqual([expect.objectContaining({ pointer: '/id' })]);
  expect(validateInput(plan, { id: 7, note: { [BLOB_KEY]: 'forged' } })).toEqual([
    expect.objectContaining({ pointer: '/note' }),
  ]);
});
