import { AnnouncedContract, present, readJson } from '@millrace/contracts';
import { sleep } from '@millrace/contracts/timers';
import { isUsable } from '@millrace/pipeline/engine';
import { cases } from './cases.js';
import { misfitOf, sampleOf } from './sample.js';
import { StageOnBroker, type CheckStageOptions } from './stage-on-broker.js';

/** A finding about one promise of docs/reference/wire.md. */
export interface Finding {
  readonly check: string;
  /** `skipped`: the check could not be made. */
  readonly state: 'kept' | 'broken' | 'skipped';
  /** A sentence that says what happened instead; empty where the promise was kept. */
  readonly detail: string;
}

/** Sends a running stage all kinds of commands, and says of each promise of docs/reference/wire.md whether the stage keeps it. */
export async function checkStage(options: CheckStageOptions): Promise<readonly Finding[]> {
  const contract = await announced(options);
  if (typeof contract === 'string') return [{ check: CONTRACT, state: 'broken', detail: contract }];
  const input = options.input === undefined ? sampleOf(contract.input)?.value : options.input;
  const noInput = `No input could be made up that fits the contract. Give one with --input.`;
  const findings: Finding[] = [{ check: CONTRACT, state: 'kept', detail: '' }];
  if (input === undefined)
    return [...findings, { check: 'a valid command is answered', state: 'skipped', detail: noInput }];
  await using stage = await StageOnBroker.open(options);
  const context = { stage, contract, input, misfit: misfitOf(contract.input, input), options };
  for (const [check, run] of Object.entries(cases)) {
    const problem = await run(context);
    if (problem === undefined) findings.push({ check, state: 'kept', detail: '' });
    else if (typeof problem === 'string') findings.push({ check, state: 'broken', detail: problem });
    else findings.push({ check, state: 'skipped', detail: problem.skipped });
  }
  return findings;
}

const CONTRACT = 'the contract is announced';
const PAGE = 1_000;

/** Waits for the contract that a stage announces while it starts. Returns it, or why there is none. */
async function announced(options: CheckStageOptions): Promise<AnnouncedContract | string> {
  for (const end = performance.now() + options.withinMs; ; await sleep(100)) {
    const found = await newestContract(options);
    if (found !== undefined || performance.now() >= end) return found ?? notAnnounced(options);
  }
}

const notAnnounced = ({ topics, name }: CheckStageOptions) =>
  `No record on ${topics.contracts} has the key "${name}": plans that use the stage are refused.`;

/** Returns the newest contract on the topic, what is wrong with it, or undefined where there is none. */
async function newestContract({
  broker,
  topics,
  name,
}: CheckStageOptions): Promise<AnnouncedContract | string | undefined> {
  let newest: unknown;
  let isThere = false;
  for (let offset = 0; ;) {
    const records = await broker.browse({ topic: topics.contracts, partition: 0, offset, limit: PAGE });
    if (records.length === 0) break;
    for (const record of records) {
      if (record.key?.toString('utf8') !== name) continue;
      isThere = record.value !== null;
      newest = readJson(record.value ?? '').value;
    }
    offset = present(records.at(-1), 'record of the page').offset + 1;
  }
  if (!isThere) return undefined;
  const { data } = AnnouncedContract.safeParse(newest);
  if (!data) return `The record of "${name}" on ${topics.contracts} is no contract: it needs \`input\` and \`output\`.`;
  return isUsable(data) ? data : `A schema of the contract cannot be used: no value can be checked against it.`;
}
