import fc from 'fast-check';
import { parse } from 'yaml';
import { hashOf, type PlanStep } from '../index.js';
import { schemaTest } from '../validation.js';
import { parsePipeline, pipelineSchema, pipelineYaml } from './index.js';
import { randomPipelines } from './random-pipeline.fixture.js';

test('a pipeline in TypeScript, its plan in YAML, and the plan of that have one hash, whatever it is made of', () => {
  const isPublished = schemaTest(pipelineSchema());
  const kinds = new Set<PlanStep['kind']>();
  const property = fc.property(randomPipelines, ({ plan }) => {
    const text = pipelineYaml(plan);
    expect(hashOf(parsePipeline(text, { file: 'random.yaml' }))).toBe(hashOf(plan));
    expect(isPublished(parse(text))).toBe(true);
    for (const { kind } of Object.values(plan.steps)) kinds.add(kind);
  });
  fc.assert(property, { numRuns: 50, endOnFailure: true });
  expect([...kinds].sort()).toEqual(['loop', 'map', 'race', 'review', 'run', 'signal', 'sleep', 'stage', 'value']);
});
