import { byWhom, type StagePause, type StageSchemas } from '@millrace/contracts';
import type { StageView } from '@millrace/contracts/http';
import { breaks, isUsable, stagesOf } from '@millrace/pipeline/engine';
import type { Limits, Pauses, StageContracts } from '@millrace/runtime';
import type { StoreReader } from '@millrace/store';
import type { StoredPlans } from '../pipelines/plans.js';
import { timeOf } from '../runs/shown.js';
import type { Consumers } from './consumers.js';

interface Needs {
  readonly reader: Pick<StoreReader, 'pipelines' | 'deployed'>;
  readonly plans: Pick<StoredPlans, 'byHash'>;
  readonly limits: Pick<Limits, 'get'>;
  readonly pauses: Pick<Pauses, 'ofStage'>;
  readonly consumers: Pick<Consumers, 'of'>;
  readonly announced: Pick<StageContracts, 'get'>;
}

/** Shows the stages that deployed pipelines use, with what was set for them and who serves them. */
export class StageViews {
  constructor(private readonly needs: Needs) {}

  async list(): Promise<StageView[]> {
    const used = new Map<string, Set<string>>();
    const deployed = new Map<string, StageSchemas>();
    for (const { name, plan } of await this.needs.reader.pipelines()) {
      const stages = stagesOf((await this.needs.plans.byHash(plan)).plan);
      for (const stage of stages) used.set(stage, (used.get(stage) ?? new Set()).add(name));
      const { contracts } = await this.needs.reader.deployed.read({ pipeline: name, stages });
      for (const [stage, contract] of contracts) deployed.set(stage, contract);
    }
    const viewOf = async ([name, pipelines]: [string, Set<string>]): Promise<StageView> => {
      const limits = this.needs.limits.get(name);
      const consumers = await this.needs.consumers.of(name);
      return {
        name,
        pipelines: [...pipelines].sort(),
        ...(consumers !== undefined && { consumers }),
        ...(limits && { limits }),
        ...pausedView(this.needs.pauses.ofStage(name)),
        ...breaksView(deployed.get(name), this.needs.announced.get(name)),
      };
    };
    const items = await Promise.all([...used].map(viewOf));
    return items.sort((a, b) => a.name.localeCompare(b.name));
  }

  /** Returns the pause of a stage as it was set last. */
  pauseOf(stage: string): StagePause | undefined {
    return this.needs.pauses.ofStage(stage);
  }
}

export function pausedView(pause: StagePause | undefined): Pick<StageView, 'paused'> {
  const last = pause?.times.at(-1);
  if (!pause || !last || last.to !== undefined) return {};
  const { by, reason } = pause;
  const act = byWhom({ by, reason });
  return { paused: { since: timeOf(last.from), ...act } };
}

/** The most changes of a contract that are told. */
const MOST_BREAKS = 20;

function breaksView(before: StageSchemas | undefined, announced: StageSchemas | undefined): Pick<StageView, 'breaks'> {
  if (!before || !announced || !isUsable(announced)) return {};
  const found = breaks(before, announced).slice(0, MOST_BREAKS);
  return found.length === 0 ? {} : { breaks: found.map(({ pointer, detail }) => ({ pointer, detail })) };
}
