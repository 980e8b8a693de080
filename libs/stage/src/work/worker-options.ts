import type { Blobs } from '@millrace/blobs';
import type { Broker } from '@millrace/broker';
import type { ModelInterceptor, Topics } from '@millrace/contracts';
import type { StageContract } from '@millrace/pipeline';
import type { Cancellations, FollowedPlans, Pauses } from '@millrace/runtime';
import type { Telemetry } from '@millrace/telemetry';
import type { KeptAnswers } from '../models/kept-answers.js';
import type { StageHealth } from '../stage-health.js';
import type { StepStreams } from '../streams/step-streams.js';
import type { Turns } from './turns.js';

export interface WorkerOptions {
  readonly contract: StageContract;
  readonly topic: string;
  readonly group: string;
  readonly topics: Topics;
  readonly broker: Pick<Broker, 'publish' | 'kind' | 'maxRecordBytes'>;
  readonly telemetry: Pick<Telemetry, 'log' | 'spans' | 'meters'>;
  readonly plans: Pick<FollowedPlans, 'get' | 'wait'>;
  readonly cancellations: Pick<Cancellations, 'isCancelled' | 'onCancel'>;
  readonly pauses: Pick<Pauses, 'isPaused' | 'pausedFor'>;
  /** The order in which commands are taken; without it, every command at once. */
  readonly turns?: Pick<Turns, 'take' | 'release' | 'suspend'> | undefined;
  /** Hears how attempts end. */
  readonly health?: Pick<StageHealth, 'completed' | 'failed'> | undefined;
  /** Stand around each call of a language model. */
  readonly modelCalls?: readonly ModelInterceptor[] | undefined;
  /** Show what steps write. */
  readonly streams?: Pick<StepStreams, 'open'> | undefined;
  /** Keeps the answers of models until their step is committed. */
  readonly answers?: Pick<KeptAnswers, 'endings'> | undefined;
  /** Keeps large inputs and outputs. */
  readonly blobs?: Blobs | undefined;
  readonly now?: (() => number) | undefined;
}
