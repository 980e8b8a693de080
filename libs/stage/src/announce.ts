import { type AnnouncedContract, contractRecord, randomId } from '@millrace/contracts';
import { type StageContract } from '@millrace/pipeline';
import { schemasOf } from '@millrace/pipeline/engine';
import type { Runtime } from '@millrace/runtime';

/**
 * Announces what the stage takes and gives, so that plans are checked against it before they are deployed. A stage that cannot announce its contract
 * works all the same.
 */
export async function announce(
  { broker, topics, telemetry }: Pick<Runtime, 'broker' | 'topics' | 'telemetry'>,
  contract: StageContract,
): Promise<void> {
  const { name, description, summary, version, effects } = contract;
  try {
    const announced: AnnouncedContract = {
      ...schemasOf(contract),
      ...(description !== undefined && { description }),
      ...(summary !== undefined && { summary }),
      ...(version !== undefined && { version }),
      ...(effects && { effects }),
    };
    await broker.publish([contractRecord(topics, name, { contract: announced, id: randomId('evt') })]);
  } catch (error) {
    const text = `The stage ${name} could not announce its contract: plans are not checked against it.`;
    telemetry.log.warn({ err: error, stage: name, topic: topics.contracts }, text);
  }
}
