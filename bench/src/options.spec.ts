import { UsageError } from '@millrace/runtime';
import { optionsOf } from './options.js';

test('without options everything is measured, five times', () => {
  const { systems, works, rounds, runs } = optionsOf([]);
  expect(systems.map(({ name }) => name)).toEqual([
    ...['kafkajs-at-least-once', 'kafkajs-transactional', 'millrace-kafka', 'millrace-embedded'],
    ...['restate', 'bullmq', 'dbos', 'langgraph-postgres', 'temporal'],
  ]);
  expect(works).toEqual(expect.arrayContaining(['seven-steps', 'three-steps', 'parallel-64']));
  expect({ rounds, runs }).toEqual({ rounds: 5, runs: 10_000 });
});

test('systems and works can be chosen by name', () => {
  const { systems, works } = optionsOf(['--systems', 'bullmq,millrace-embedded', '--works', 'three-steps']);
  expect(systems.map(({ name }) => name)).toEqual(['millrace-embedded', 'bullmq']);
  expect(works).toEqual(['three-steps']);
});

test('one size of the works can be varied', () => {
  expect(optionsOf(['--vary', 'payload=400,10000']).vary).toEqual({ variable: 'payload', values: [400, 10_000] });
  for (const wrong of ['payload', 'colour=1', 'payload=0', 'payload=a'])
    expect(() => optionsOf(['--vary', wrong])).toThrow(/--vary: /);
});

test('all that is wrong with a call is told at once', () => {
  const call = () => optionsOf(['--systems', 'sidekiq', '--rounds', '0', '--runs', 'many']);
  expect(call).toThrow(UsageError);
  expect(call).toThrow(/--systems: .*\n--rounds: .*\n--runs: /s);
  expect(() => optionsOf(['--round', '1'])).toThrow(UsageError);
});
