import { processEnv } from '@millrace/runtime';
import { loadPlan } from '@millrace/pipeline/engine';
import { parsePipeline } from '@millrace/pipeline/yaml';
import { foreignTopicsOf } from './foreign-topics.js';

/** The coordinator that loads these pipelines has the prefix in its environment. */
const { feed, answers } = foreignTopicsOf(processEnv()['TOPIC_PREFIX'] || undefined);

const brought = (text: string) => ({
  loaded: loadPlan(parsePipeline(text, { file: 'fuzz' })),
  contracts: new Map<string, never>(),
});

/** Takes any JSON, as a run's input, in a condition, as items, and as its output. */
export const anything = brought(`
pipeline: anything
input: any
steps:
  all: { value: $input }
output: $all
`);

/** Runs wait for each other by a key that is part of the input. */
export const oneAtATime = brought(`
pipeline: one-at-a-time
input: { customer: any }
concurrency: { limit: 1, key: $input.customer }
steps:
  all: { value: $input }
output: $all
`);

/** An item, and a child run, of each element of a list of anything. */
export const each = brought(`
pipeline: each
input: { list: [any] }
steps:
  items:
    map: $input.list
    as: one
    do: { value: { item: $one } }
output: $items
`);

/** Records of another system begin runs, in batches by key. */
export const fed = brought(`
pipeline: fed
input: { records: [any] }
triggers:
  feed:
    topic: ${feed}
    from: start
    gather: { by: batch, max: 5, within: 1s, key: $record.key }
    each: $record.value
    input: { records: $items }
steps:
  all: { value: $input }
output: $all
`);

/** Waits for a record of another system. */
export const answered = brought(`
pipeline: answered
input: { order: any }
steps:
  paid: { signal: any, from: { topic: ${answers}, key: $record.key, on: $input.order, give: $record.value, keep: 1h }, timeout: 2s, onFailure: { default: null } }
output: $paid
`);
