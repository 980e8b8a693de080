import fc from 'fast-check';
import { parse } from 'yaml';
import { hashOf, type Plan } from '../engine.js';
import { schemaTest } from '../schemas/validation.js';
import { parsePipeline, pipelineSchema, pipelineYaml } from './index.js';
import { byHand } from './plan-by-hand.fixture.js';
import { randomPlans } from './random-pipeline.fixture.js';
import { sayable, saidBy } from './said.fixture.js';

const isPublished = schemaTest(pipelineSchema());

function expectTheSame(plan: Plan): void {
  const text = pipelineYaml(plan);
  expect(hashOf(parsePipeline(text, { file: 'random.yaml' }))).toBe(hashOf(plan));
  expect(isPublished(parse(text))).toBe(true);
}

test('a pipeline in TypeScript, its plan in YAML, and the plan of that have one hash, whatever it is made of', () => {
  const property = fc.property(randomPlans, expectTheSame);
  fc.assert(property, { numRuns: 50, endOnFailure: true });
});

test('so have plans that say what TypeScript cannot', () => expectTheSame(byHand));

test('what they are made of is everything that a plan can say', () => {
  const plans = fc.sample(randomPlans, { numRuns: 250, seed: 1 });
  const said = new Set([byHand, ...plans].flatMap((plan) => [...saidBy(plan)]));
  expect([...sayable()].filter((one) => !said.has(one))).toEqual([]);
});
