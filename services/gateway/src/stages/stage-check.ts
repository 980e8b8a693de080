import type { StageSchemas } from '@millrace/contracts';
import type { StageDoubtView } from '@millrace/contracts/http';
import {
  type ContractMisfit,
  contractMisfits,
  isUsable,
  type LoadedPlan,
  type Plan,
  stagesOf,
} from '@millrace/pipeline/engine';
import type { StageContracts } from '@millrace/runtime';
import type { StoreReader } from '@millrace/store';
import type { Consumers } from './consumers.js';
import { RequestProblem } from '../http/problems.js';

interface Needs {
  readonly reader: Pick<StoreReader, 'deployed'>;
  readonly consumers: Pick<Consumers, 'unserved' | 'unservedNow'>;
  readonly announced: Pick<StageContracts, 'get'>;
}

/** The problems between a plan and the stages that it asks. */
export interface StageCheck {
  /** Stages that no process serves, and whose contract none has ever announced. */
  readonly unserved: readonly string[];
  /** Stages that no process serves now, those in `unserved` included. */
  readonly noConsumer: readonly string[];
  /** The inputs that can never fit. */
  readonly misfits: readonly StageDoubtView[];
  /** The inputs that need not fit. */
  readonly doubts: readonly StageDoubtView[];
}

/** Checks a plan against the stages that it asks: whether they are there, and against the contracts of which anything is known. */
export async function checkStages(
  needs: Needs,
  { plan }: LoadedPlan,
  brought: Readonly<Record<string, StageSchemas>>,
): Promise<StageCheck> {
  const { reader, consumers, announced } = needs;
  const stages = stagesOf(plan);
  const noConsumer = await consumers.unserved(stages);
  const unknown = [...noConsumer].filter((stage) => announced.get(stage) === undefined);
  const unserved = await consumers.unservedNow(unknown);
  const { contracts: before } = await reader.deployed.read({ pipeline: plan.pipeline, stages });
  const contractOf = (stage: string): StageSchemas | undefined => {
    const own = Object.hasOwn(brought, stage) ? brought[stage] : undefined;
    // What a stage that runs now announced is what its steps will meet; one that is not there may come with another contract.
    return noConsumer.has(stage) ? (own ?? announced.get(stage)) : (announced.get(stage) ?? own);
  };
  const known = stages.flatMap((stage) => {
    const contract = contractOf(stage) ?? before.get(stage);
    return contract && isUsable(contract) ? [[stage, contract] as const] : [];
  });
  const found = contractMisfits(plan, new Map(known));
  return {
    unserved: [...unserved],
    noConsumer: [...noConsumer].filter((stage) => !unknown.includes(stage) || unserved.has(stage)),
    misfits: found.filter(({ never }) => never).map(viewOf),
    doubts: found.filter(({ never }) => !never).map(viewOf),
  };
}

const viewOf = ({ step, pointer, detail }: ContractMisfit): StageDoubtView => ({
  step,
  pointer: `/plan${pointer}`,
  detail,
});

/** Returns the parts of it that are worth telling. */
export const shownOf = (check: StageCheck): Partial<{ -readonly [Key in keyof StageCheck]: [...StageCheck[Key]] }> =>
  Object.fromEntries(Object.entries(check).filter(([, found]) => (found as readonly unknown[]).length > 0));

/** @throws {RequestProblem} CONTRACT_MISFIT, STAGE_UNSERVED */
export function refuseUnserved({ unserved, misfits }: StageCheck, plan: Plan): void {
  const [first] = misfits;
  if (first) {
    const text = `The step "${first.step}" and its stage do not go together: ${first.pointer} ${first.detail}`;
    const errors = misfits.map(({ pointer, detail }) => ({ pointer, detail }));
    throw new RequestProblem('CONTRACT_MISFIT', text, { errors });
  }
  const errors = unserved.map((stage) => ({
    pointer: placeOf(plan, stage) ?? '/plan/steps',
    detail: `names the stage "${stage}", which no process serves, nor has any announced what it takes`,
  }));
  const [wanting] = errors;
  if (!wanting) return;
  const text = `Runs of the plan would wait: ${wanting.pointer} ${wanting.detail}`;
  throw new RequestProblem('STAGE_UNSERVED', text, { errors });
}

/** Returns where a plan first names a stage. */
function placeOf(value: unknown, stage: string, pointer = '/plan'): string | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  for (const [key, part] of Object.entries(value)) {
    const at = `${pointer}/${key}`;
    if (key === 'stage' && part === stage) return at;
    const within = placeOf(part, stage, at);
    if (within !== undefined) return within;
  }
  return undefined;
}
