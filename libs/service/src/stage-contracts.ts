import { AnnouncedContract, readJson } from '@millrace/contracts';
import type { House } from './house.js';

/** The contracts that stages have announced, each stage's newest. */
export interface StageContracts extends AsyncDisposable {
  get(stage: string): AnnouncedContract | undefined;
}

/** Reads the topic of contracts from its start, resolves when all that was there has been read, and follows on. */
export async function followContracts({
  broker,
  topics,
  telemetry,
}: Pick<House, 'broker' | 'topics' | 'telemetry'>): Promise<StageContracts> {
  const contracts = new Map<string, AnnouncedContract>();
  const tail = await broker.tail([topics.contracts], 'start', ({ key, value }) => {
    const stage = key?.toString('utf8');
    if (stage === undefined) return;
    const { data } = AnnouncedContract.safeParse(readJson(value ?? '').value);
    if (data) contracts.set(stage, data);
    else if (value === null) contracts.delete(stage);
    else telemetry.log.error({ stage }, 'The contract that a stage announced cannot be read: the one before counts.');
  });
  await tail.caughtUp;
  return {
    get: (stage) => contracts.get(stage),
    [Symbol.asyncDispose]: () => tail[Symbol.asyncDispose](),
  };
}
