import { AnnouncedContract, readJson } from '@millrace/contracts';
import { follow, type FollowerContext } from './follow.js';

/** The contracts that stages have announced, each stage's newest. */
export interface StageContracts extends AsyncDisposable {
  get(stage: string): AnnouncedContract | undefined;
}

/** Reads the topic of contracts from its start, resolves when all that was there has been read, and follows on. */
export async function followContracts(runtime: FollowerContext): Promise<StageContracts> {
  const contracts = new Map<string, AnnouncedContract>();
  const tail = await follow(runtime, { topic: runtime.topics.contracts, from: 'start' }, ({ key, value }) => {
    const stage = key?.toString('utf8');
    if (stage === undefined) return 'it has no key, and so no stage';
    const { data } = AnnouncedContract.safeParse(readJson(value ?? '').value);
    if (data) contracts.set(stage, data);
    else if (value === null) contracts.delete(stage);
    else return 'it is not the contract of a stage';
    return undefined;
  });
  return {
    get: (stage) => contracts.get(stage),
    [Symbol.asyncDispose]: () => tail[Symbol.asyncDispose](),
  };
}
