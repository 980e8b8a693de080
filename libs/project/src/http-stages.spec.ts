import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { contractOf } from '@millrace/stage';
import { readHttpStages } from './http-stages.js';
import { loadStages } from './stages.js';

const EXAMPLE = fileURLToPath(new URL('../../../examples/http-stage/', import.meta.url));
let folder: string;
beforeAll(() => (folder = mkdtempSync(join(tmpdir(), 'millrace-http-stages-'))));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function read(text: string) {
  const file = join(folder, 'stages.yaml');
  writeFileSync(file, text);
  return () => readHttpStages(file, 'stages.yaml');
}

test('a file declares any number of stages, each with its contract', () => {
  const stages = readHttpStages(join(EXAMPLE, 'http-stages.yaml'));
  const contracts = stages.map(({ stage }) => contractOf(stage));
  expect(contracts.map(({ name }) => name)).toEqual(['http-sentiment', 'http-sentiment-later']);
  expect(contracts[0]!.input.safeParse({ text: 'Thanks', more: 1 }).success).toBe(true);
  expect(contracts[0]!.input.safeParse({ txt: 'Thanks' }).success).toBe(false);
  expect(contracts[0]!.output.safeParse({ sentiment: 'sad', score: 0 }).success).toBe(false);
});

test('a stage says which version it is, and that it has effects outside', () => {
  const stages = read('stages: { a: { url: "http://a", input: {}, output: {}, version: "2", effects: true } }')();
  expect(stages.map(({ stage }) => contractOf(stage))).toMatchObject([{ version: '2', effects: true }]);
});

test('a project names such a file among its stages', async () => {
  const loaded = await loadStages(['./http-stages.yaml'], { folder: EXAMPLE, build: 'sources' });
  const env = { HTTP_STAGE_HOSTS: '127.0.0.1:9000', ENDPOINT_TOKEN: 'x' };
  expect(loaded.all(env)).toHaveLength(2);
  expect(loaded.named(['http-sentiment-later'], env)).toHaveLength(1);
  expect(() => loaded.all({})).toThrow(/ENDPOINT_TOKEN[^]*HTTP_STAGE_HOSTS|HTTP_STAGE_HOSTS[^]*ENDPOINT_TOKEN/);
});

test.each([
  ['stages: [', 'is no YAML'],
  ['stages: { a: { url: "http://a" } }', 'stages.a.input'],
  ['stages: { a: { url: "http://a", input: {}, output: {}, ulr: 1 } }', 'ulr'],
  ['stages: { a: { url: "a", input: {}, output: {} } }', 'The HTTP stage a has a URL that'],
  ['stages: { A_b: { url: "http://a", input: {}, output: {} } }', 'kebab-case'],
  ['stages: { a: { url: "http://a", input: {}, output: {}, timeout: soon } }', 'e.g. 20s'],
  ['stages: { a: { url: "http://a", input: { type: text }, output: {} } }', 'stages.a: Unsupported type: text'],
])('what is wrong with a file is told with its place: %s', (text, told) => {
  expect(read(text)).toThrow(told);
});
