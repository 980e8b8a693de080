import type { Outgoing } from '@millrace/broker';
import { StepCommand, type Topics } from '@millrace/contracts';
import { type Corpus, foreignTopicsOf, recordsFor, type TopicName } from '@millrace/fuzz';
import fc from 'fast-check';
import { z } from 'zod';
import { order, OrderInput } from './pipeline.js';

/** The header by which a record of the fuzzer is known again, wherever it went. */
export const FUZZED = 'chaos-fuzzed';

/** The run that records of the fuzzer are about. */
export const NOBODY = 'run_00000000000000000000000000';
const NO_PLAN = '0'.repeat(64);

/** Hostile records for one topic. None of them is an order or a command that a stage would rightly do: what they do is harm, or nothing. */
export function fuzzedRecords(topics: Topics, options: { topic: TopicName; count: number; seed: number }): Outgoing[] {
  const { topic, count, seed } = options;
  const made = fc.sample(recordsFor(topic, corpusOf(topics, topic)), { numRuns: count, seed });
  return made
    .filter((record) => !isOrder(record, topics) && !isCommand(record, topics))
    .map((record, i) => ({ ...record, headers: { ...record.headers, [FUZZED]: `${seed}/${i}` } }));
}

function corpusOf(topics: Topics, attacked: TopicName): Corpus {
  const { loaded } = order;
  const stages = loaded.order.flatMap((name) => {
    const step = loaded.step(name);
    return step.kind === 'stage' ? [step.stage] : [];
  });
  return {
    topics,
    foreign: foreignTopicsOf(),
    known: {
      run: [NOBODY],
      step: loaded.order,
      stage: ['nobody'],
      pipeline: ['other'],
      // Under its hash the plan that all runs follow is attacked; elsewhere nothing may come of a record that names one.
      plan: [attacked === 'plans' ? loaded.hash : NO_PLAN],
    },
    seen: new Map(stages.map((stage) => [topics.stage(stage), []])),
    plans: [{ ...loaded.plan, pipeline: 'other' }],
    inputs: new Map([['order', z.toJSONSchema(OrderInput)]]),
  };
}

function isOrder({ topic, value }: Outgoing, topics: Topics): boolean {
  return topic === topics.intake && OrderInput.safeParse(jsonOf(value)).success;
}

const isCommand = ({ topic, value }: Outgoing, topics: Topics): boolean =>
  topic.startsWith(topics.stage('')) && StepCommand.safeParse(jsonOf(value)).success;

function jsonOf(value: Outgoing['value']): unknown {
  try {
    return JSON.parse(String(value));
  } catch {
    return undefined;
  }
}
