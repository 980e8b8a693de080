import { itemOf } from '@millrace/pipeline/engine';
import { stepAttributes } from '@millrace/runtime';
import { ATTRIBUTE, SPAN, type SpanRecord } from '@millrace/telemetry';
import type { Begun } from './begun.js';
import type { WorkerOptions } from './worker-options.js';

type Stage = Pick<WorkerOptions, 'contract' | 'group' | 'plans' | 'topic'> & { readonly messagingSystem: string };

/** Returns the span of an attempt that has ended. */
export function attemptSpan(
  { command, context, startMs }: Begun,
  outcome: string,
  { contract, group, messagingSystem, plans, topic, telemetry }: Stage & Pick<WorkerOptions, 'telemetry'>,
): SpanRecord {
  const item = itemOf(command.step);
  return {
    context,
    name: SPAN.step(item?.step ?? command.step, item?.key),
    kind: 'consumer',
    startMs,
    endMs: telemetry.spans.now(),
    links: command.links,
    ...(!isFine(outcome) && { failed: outcome }),
    attributes: {
      [ATTRIBUTE.messagingSystem]: messagingSystem,
      [ATTRIBUTE.destination]: topic,
      [ATTRIBUTE.operationType]: 'process',
      [ATTRIBUTE.operationName]: 'process',
      [ATTRIBUTE.conversation]: command.run,
      [ATTRIBUTE.consumerGroup]: group,
      [ATTRIBUTE.stage]: contract.name,
      [ATTRIBUTE.run]: command.run,
      ...stepAttributes(command.step),
      [ATTRIBUTE.attempt]: command.ownAttempt ?? command.attempt,
      [ATTRIBUTE.plan]: command.plan,
      [ATTRIBUTE.pipeline]: plans.get(command.plan)?.plan.pipeline,
      [ATTRIBUTE.status]: isFine(outcome) ? outcome : 'failed',
    },
  };
}

/** Returns true for how an attempt can end without a failure. */
const isFine = (outcome: string): boolean => ['completed', 'cancelled', 'later', 'deferred'].includes(outcome);
