import { isOver, type StageSchemas } from '@millrace/contracts';
import type { CheckBody, CheckView } from '@millrace/contracts/http';
import { breaks, checkPlan, differences, fallbacksOf, type LoadedPlan } from '@millrace/pipeline/engine';
import { evolve, moveOf, type Run, stepOf, type MoveTarget } from '@millrace/saga';
import type { StoreReader } from '@millrace/store';
import type { StoredPlans } from './plans.js';
import { checkStages, shownOf } from '../stages/stage-check.js';

type Needs = Parameters<typeof checkStages>[0] & {
  readonly reader: Pick<StoreReader, 'deployed' | 'run'>;
  readonly plans: StoredPlans;
  readonly maxPlanSteps: number;
};

/** The most live runs that are examined. */
const MOST_EXAMINED = 2_000;
const MOST_NAMED = 100;
const PAGE = 100;

/** Returns what deploying a plan with its contracts would mean for the runs that are under way. Changes nothing. @throws {RequestProblem} PLAN_REFUSED */
export async function check(needs: Needs, body: CheckBody): Promise<CheckView> {
  const { reader, plans } = needs;
  const { contracts } = body;
  const loaded = checkPlan(body, { maxSteps: needs.maxPlanSteps });
  const going = await checkStages(needs, loaded, contracts);
  const { pipeline } = loaded.plan;
  const now = await reader.deployed.read({ pipeline, stages: Object.keys(contracts) });
  const found = Object.entries(contracts).flatMap(([stage, contract]) => {
    const known = now.contracts.get(stage);
    return (known ? breaks(known, contract) : []).map((misfit) => ({ stage, ...misfit }));
  });
  const broken = new Set(found.map(({ stage }) => stage));
  const target = {
    plan: loaded,
    contracts: new Map<string, StageSchemas>([...now.contracts, ...Object.entries(contracts)]),
  };
  const current = now.route && (await plans.find(now.route.current));
  const view: CheckView = {
    pipeline,
    plan: loaded.hash,
    differences: current
      ? [
          ...differences(
            { plan: current.plan, contracts: Object.fromEntries(now.contracts) },
            { plan: loaded.plan, contracts },
          ),
        ]
      : [],
    breaks: found,
    broken: [],
    unmovable: [],
    examined: 0,
    complete: true,
    ...shownOf(going),
  };
  for await (const { run, plan: followed } of liveRuns({ reader, plans }, { stages: broken, pipeline })) {
    if (view.examined === MOST_EXAMINED) return { ...view, complete: false };
    view.examined++;
    if (view.broken.length < MOST_NAMED) view.broken.push(...hurt(run, followed, broken));
    const why = run.pipeline === pipeline && run.plan !== loaded.hash ? unmovable(run, target) : undefined;
    if (why !== undefined && view.unmovable.length < MOST_NAMED)
      view.unmovable.push({ run: run.id, plan: run.plan, detail: why });
  }
  return view;
}

/** Runs that have not ended, of the pipeline and of every plan that asks one of the stages. */
async function* liveRuns(
  { reader, plans }: Pick<Needs, 'reader' | 'plans'>,
  options: { stages: ReadonlySet<string>; pipeline: string },
): AsyncGenerator<{ run: Run; plan: LoadedPlan }> {
  const asking = await Promise.all([...options.stages].map((stage) => reader.deployed.plansOf(stage)));
  const own = (await reader.deployed.livePlans(options.pipeline)).map(({ plan }) => plan);
  const followed = [...new Set([...own, ...asking.flat()])];
  for (let after = ''; ;) {
    const page = await reader.deployed.liveRuns({ plans: followed, after, limit: PAGE });
    for (const id of page) {
      const record = await reader.run(id);
      if (!record || isOver(record.status)) continue;
      const run = evolve(undefined, id, record.facts);
      // A plan that cannot be used does not say what its runs would need.
      const plan = await plans.find(run.plan);
      if (plan) yield { run, plan };
    }
    const last = page.at(-1);
    if (last === undefined || page.length < PAGE) return;
    after = last;
  }
}

/** Steps that have not ended and ask a stage whose contract breaks. */
function hurt(run: Run, plan: LoadedPlan, broken: ReadonlySet<string>): CheckView['broken'] {
  return plan.order.flatMap((name) => {
    const step = plan.step(name);
    if (step.kind !== 'stage' || ['completed', 'skipped'].includes(stepOf(run, name).status)) return [];
    const stage = [step, ...fallbacksOf(step)].map((one) => one.stage).find((one) => broken.has(one));
    return stage === undefined ? [] : [{ run: run.id, plan: run.plan, step: name, stage }];
  });
}

/** Returns the reason for which a run could not be moved, whatever the step; undefined where it could from some step. */
function unmovable(run: Run, target: MoveTarget): string | undefined {
  let why = '';
  for (const from of [...target.plan.order].reverse()) {
    const move = moveOf(run, target, from);
    if (!('code' in move)) return undefined;
    const [first] = move.details ?? [];
    why = first ? `${first.pointer} ${first.detail}` : move.message;
  }
  return why;
}
