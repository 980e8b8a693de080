import { type ActOutcome, deploymentRecord, DeploymentRequest, type LetterRequest } from '@millrace/contracts';
import type { Runtime } from '@millrace/runtime';
import type { StoreReader } from '@millrace/store';
import { untilApplied } from '../http/until-applied.js';
import { recordOf } from '../http/validation.js';
import { refusalOf } from '../pipelines/versions.js';

interface Needs {
  readonly runtime: Pick<Runtime, 'broker' | 'topics'>;
  readonly reader: Pick<StoreReader, 'acts'>;
}

/**
 * Publishes a request about dead letters and waits for its outcome; undefined where no coordinator has applied it in time.
 * @throws {RequestProblem} the reason for which it was refused
 */
export async function requestApplied(
  { runtime, reader }: Needs,
  request: LetterRequest,
): Promise<(ActOutcome & { status: 'applied' }) | undefined> {
  const { broker, topics } = runtime;
  const key = request.type === 'letter.act-requested' ? request.letter : request.id;
  await broker.publish([deploymentRecord(topics, recordOf(DeploymentRequest, request), key)]);
  const outcome = await untilApplied(() => reader.acts.outcome(request.id));
  if (outcome?.status === 'refused') throw refusalOf(outcome.failure);
  return outcome;
}
