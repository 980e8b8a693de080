import type { Outgoing } from '@millrace/broker';
import { cloudEvent, EVENT_TYPE, HEADER, type Topics } from '@millrace/contracts';

/** Asks for a run: the same `key` is the same run, however often it is asked for. */
export function intakeRecord(
  topics: Topics,
  of: { pipeline: string; key: string; input: unknown; source: string; at: number },
): Outgoing {
  const { pipeline, key, input, source, at } = of;
  return {
    topic: topics.intake,
    key: `${pipeline}/${key}`,
    value: JSON.stringify(input ?? null),
    headers: {
      ...cloudEvent({ id: key, type: EVENT_TYPE.runRequested, source, at }),
      [HEADER.pipeline]: pipeline,
      [HEADER.idempotencyKey]: key,
    },
  };
}
