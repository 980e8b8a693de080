import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { hashOf, type Plan } from '@millrace/pipeline/engine';
import { parsePipeline } from '@millrace/pipeline/yaml';
import { stageTest, testEngine } from '@millrace/testing';
import { agent, research } from './agent.js';
import { CalculateStage } from './stages/agent.stages.js';
import { calculate, lookUp, think } from './stages/contracts.js';
import { stages } from './stages/index.js';

const QUESTION = 'Compare France and Spain, and what is 68 - 48?';
const working = () => testEngine(agent, stages({}));

test('it uses the tools that a question needs, and then answers', async () => {
  await using engine = await working();
  const run = await engine.start({ question: QUESTION, budget: 10 });
  expect(run.output).toEqual({
    answer:
      'France has 68 million people, and its capital is Paris. Spain has 48 million people, and its capital is Madrid. 68 - 48 = 20.',
    complete: true,
    spent: 4,
  });
  expect(engine.asked(think)).toHaveLength(3);
});

test.each([
  [3, 'Madrid.', 3],
  [1, '68 - 48 = 20.', 1],
  [0, 'I do not know.', 0],
])('with a budget of %d it answers what it can afford, and says that it is not all', async (budget, end, spent) => {
  await using engine = await working();
  const { output } = await engine.start({ question: QUESTION, budget });
  expect(output).toMatchObject({
    complete: false,
    spent,
    answer: expect.stringMatching(new RegExp(`${end.replace(/\W/g, '\\$&')}$`)),
  });
});

test('what nothing is known of does not end it', async () => {
  await using engine = await working();
  const one = await engine.start({ question: 'What of Atlantis?', budget: 5 });
  expect(one.output).toMatchObject({ answer: 'Nothing was found.', complete: true });
  const two = await engine.start({ question: 'Compare Atlantis and Spain', budget: 5 });
  expect(two.output).toMatchObject({ answer: 'Spain has 48 million people, and its capital is Madrid.' });
});

test('a tool that fails for a while is used again, and its cost counts once', async () => {
  await using engine = await working();
  engine.throwTimes('lookUp', 2);
  const run = await (await engine.start({ question: 'What of Spain?', budget: 5 })).ended();
  expect(engine.asked(lookUp).map(({ attempt }) => attempt)).toEqual([1, 2, 3]);
  expect(run.output).toMatchObject({ complete: true, spent: 2 });
});

test('research is a run of its own within the round that asked for it', async () => {
  await using engine = await working();
  const run = await engine.start({ question: QUESTION, budget: 10 });
  expect(run.child('work[0]').child('research').step('find').output).toHaveLength(2);
});

test('in YAML it is the same pipeline', () => {
  const plan = (file: string): Plan => {
    const path = fileURLToPath(new URL(`../${file}`, import.meta.url));
    return parsePipeline(readFileSync(path, 'utf8'), { file, load: plan });
  };
  expect(hashOf(plan('agent.yaml'))).toBe(agent.loaded.hash);
  expect(hashOf(plan('research.yaml'))).toBe(research.loaded.hash);
});

test.each([
  ['2 + 3 * 4', '2 + 3 * 4 = 14.'],
  ['(2 + 3) * -4', '(2 + 3) * -4 = -20.'],
])('it calculates %s', async (expression, found) => {
  await using stage = await stageTest(calculate, CalculateStage);
  expect(await stage.ask({ expression })).toEqual({ is: 'completed', output: { found } });
});

test.each(['1 / 0', '2 +', '(1', 'process.exit()'])('%s is no sum', async (expression) => {
  await using stage = await stageTest(calculate, CalculateStage);
  expect(await stage.ask({ expression })).toMatchObject({ failure: { code: 'NO_SUM', kind: 'permanent' } });
});
