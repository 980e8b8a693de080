import { loadPlan } from '@millrace/pipeline';
import { parsePipeline } from '@millrace/pipeline/yaml';

/** Topics of other systems: one whose records begin runs, one whose records answer steps. */
export const FEED = 'fuzz.feed';
export const ANSWERS = 'fuzz.answers';

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
    topic: ${FEED}
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
  paid: { signal: any, from: { topic: ${ANSWERS}, key: $record.key, on: $input.order, give: $record.value, keep: 1h }, timeout: 2s, onFailure: { default: null } }
output: $paid
`);
