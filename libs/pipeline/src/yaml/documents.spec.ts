import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { hashOf } from '../engine.js';
import { schemaTest } from '../schemas/validation.js';
import { parsePipeline, pipelineSchema, pipelineYaml } from './index.js';

const page = readFileSync(new URL('../../../../docs/reference/yaml.md', import.meta.url), 'utf8');
const examples = [...page.matchAll(/```yaml\n([^]*?)```/g)].map(([, text]) => text!);
const whole = (text: string): string => (text.startsWith('pipeline:') ? text : `pipeline: example\n${text}`);

test('the page has an example of every construct', () => expect(examples.length).toBeGreaterThanOrEqual(6));

test.each(examples)('an example of docs/reference/yaml.md can be used, and shown again: %#', (example) => {
  const plan = parsePipeline(whole(example), { file: 'docs/reference/yaml.md' });
  expect(hashOf(parsePipeline(pipelineYaml(plan), { file: 'shown.yaml' }))).toBe(hashOf(plan));
  expect(schemaTest(pipelineSchema())(parse(whole(example)))).toBe(true);
});
