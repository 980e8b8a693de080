import { z } from 'zod';
import { EVENT_TYPE } from '../records/headers.js';
import { OutcomeReported } from '../records/outcomes.js';
import { RunEvent, StepCommand } from '../records/records.js';
import { ParkedStep, RunResult } from '../records/results.js';
import type { Topics } from '../records/topics.js';
import { type Channel, InternalHeaders, IntakeHeaders, OutwardHeaders, TRACE } from './channel.js';

/** Returns the topics that runs travel on. */
export function channelsOfRuns(topics: Topics): readonly Channel[] {
  return [
    {
      name: 'intake',
      address: topics.intake,
      action: 'receive',
      description: 'Asks for a run. Any JSON value that fits the input schema of the pipeline that the header names.',
      type: EVENT_TYPE.runRequested,
      headers: IntakeHeaders,
      payload: z.unknown().describe('The pipeline’s input.'),
    },
    {
      name: 'stage',
      address: topics.stage('{stage}'),
      action: 'send',
      description: 'Asks a stage for one attempt of a step. Keyed by run id.',
      type: EVENT_TYPE.stepRequested,
      headers: InternalHeaders,
      payload: StepCommand,
    },
    {
      name: 'runs',
      address: topics.runs,
      action: 'receive',
      description:
        'Events about runs: the events of one commit that fall to the same partition, as one array. The partition is the one that the run’s id falls to as a key.',
      type: EVENT_TYPE.runEvents,
      headers: InternalHeaders,
      payload: z.array(RunEvent),
    },
    {
      name: 'results',
      address: topics.results,
      action: 'send',
      description: 'The end of each run, once. Keyed by run id.',
      type: EVENT_TYPE.runCompleted,
      headers: OutwardHeaders,
      payload: RunResult,
    },
    {
      name: 'deadLetters',
      address: topics.deadLetters,
      action: 'send',
      description:
        'Steps that are parked. Records that nobody could read are here too: their own bytes, key and headers.',
      type: EVENT_TYPE.stepDeadLettered,
      headers: OutwardHeaders,
      payload: ParkedStep,
    },
  ];
}

/** The topic by which other systems tell what became of runs. */
export const outcomesChannel = (topics: Topics): Channel => ({
  name: 'outcomes',
  address: topics.outcomes,
  action: 'receive',
  description:
    'What became of runs later: a rating, a refund, a correction. Names a run, or an attribute that finds it.',
  type: EVENT_TYPE.outcome,
  headers: z.looseObject(TRACE),
  payload: OutcomeReported,
});
