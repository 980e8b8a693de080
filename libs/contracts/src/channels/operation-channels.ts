import { z } from 'zod';
import { AnnouncedContract, DeploymentRequest } from '../records/deployments.js';
import { EVENT_TYPE } from '../records/headers.js';
import { StageLimits } from '../records/limits.js';
import { RunPause, StagePause } from '../records/pauses.js';
import { Control } from '../records/records.js';
import { StepText, StepWatch } from '../records/streams.js';
import type { Topics } from '../records/topics.js';
import { type Channel, InternalHeaders } from './channel.js';

/** Returns the topics of what is deployed, limited and paused. */
export function channelsOfOperation(topics: Topics): readonly Channel[] {
  return [
    {
      name: 'plans',
      address: topics.plans,
      action: 'send',
      description: 'Compiled pipelines, compacted, keyed by the hash of their content.',
      type: EVENT_TYPE.plan,
      headers: InternalHeaders,
      payload: z.looseObject({ format: z.literal(1), pipeline: z.string(), steps: z.record(z.string(), z.unknown()) }),
    },
    {
      name: 'deployments',
      address: topics.deployments,
      action: 'receive',
      description:
        'Asks for a change of what is deployed. Keyed by pipeline; one partition, so that there is one order.',
      type: EVENT_TYPE.deployment,
      headers: InternalHeaders,
      payload: DeploymentRequest,
    },
    {
      name: 'limits',
      address: topics.limits,
      action: 'receive',
      description: 'The limits of a stage over all its processes. Compacted, keyed by stage.',
      type: EVENT_TYPE.limits,
      headers: InternalHeaders,
      payload: StageLimits,
    },
    {
      name: 'contracts',
      address: topics.contracts,
      action: 'send',
      description:
        'The contract of a stage: the schemas of its input and output, announced at its start. Plans are checked against it. Compacted, keyed by stage.',
      type: EVENT_TYPE.contract,
      headers: InternalHeaders,
      payload: AnnouncedContract,
    },
    {
      name: 'pauses',
      address: topics.pauses,
      action: 'send',
      description:
        'Runs that are paused: a stage hands nothing on for them; without a value they go on. Stages that are paused: they take nothing new. Compacted, keyed `run/<id>` or `stage/<name>`.',
      type: EVENT_TYPE.pause,
      headers: InternalHeaders,
      payload: z.union([RunPause, StagePause]),
    },
  ];
}

/** Returns the topics of what is watched live, and of notices to every service. */
export function channelsOfNotices(topics: Topics): readonly Channel[] {
  return [
    {
      name: 'stepWatches',
      address: topics.stepWatches,
      action: 'receive',
      description: 'Steps whose text somebody watches: repeated every few seconds as long as it holds.',
      type: EVENT_TYPE.stepWatch,
      headers: InternalHeaders,
      payload: StepWatch,
    },
    {
      name: 'stepTexts',
      address: topics.stepTexts,
      action: 'send',
      description: 'What attempts write while somebody watches. No part of any history.',
      type: EVENT_TYPE.stepText,
      headers: InternalHeaders,
      payload: StepText,
    },
    {
      name: 'control',
      address: topics.control,
      action: 'send',
      description: 'Notices for every service: cancelled runs and changed routes. Keyed by the run or the pipeline.',
      type: EVENT_TYPE.control,
      headers: InternalHeaders,
      payload: Control,
    },
  ];
}
