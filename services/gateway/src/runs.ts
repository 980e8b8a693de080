import { type Fact, isOver, type RunStatus, traceIdsOf } from '@millrace/contracts';
import type { RunView } from '@millrace/contracts/http';
import { evolve, type Run } from '@millrace/saga';
import type { Reader, RunRecord } from '@millrace/store';
import type { LiveFacts, Viewer } from './live-facts.js';
import type { Plans } from './plans.js';
import { RequestProblem } from './problems.js';
import type { RecentRequests } from './recent-requests.js';
import { runLinks, runView, timeOf } from './run-view.js';

interface Needs {
  readonly reader: Reader;
  readonly plans: Plans;
  readonly recent: RecentRequests;
  readonly live: LiveFacts;
}

const ID = /^run_[0-9a-z]{26}$/;

export const unknownRun = (id: string): RequestProblem =>
  new RequestProblem('UNKNOWN_RUN', `There is no run ${id.slice(0, 100)}.`);

/** Such a run waits for nobody. */
const UNDER_WAY: ReadonlySet<RunStatus> = new Set(['held', 'running', 'compensating']);

/** Runs as they are shown: those that are accepted, and those asked for here that are about to be. */
export class Runs {
  constructor(private readonly needs: Needs) {}

  /** The record of a run; undefined where it was asked for here and is not accepted yet. @throws {RequestProblem} UNKNOWN_RUN */
  async record(id: string): Promise<RunRecord | undefined> {
    const record = ID.test(id) ? await this.needs.reader.run(id) : undefined;
    if (!record && !this.needs.recent.find(id)) throw unknownRun(id);
    return record;
  }

  /** @throws {RequestProblem} UNKNOWN_RUN */
  async view(id: string): Promise<RunView> {
    const record = await this.record(id);
    return record ? this.viewOf(record) : this.requested(id);
  }

  async viewOf(record: RunRecord): Promise<RunView> {
    return runView(record, await this.needs.plans.byHash(record.plan));
  }

  /** Shows `viewer` each new fact past `after`. @returns what stops it */
  watch(id: string, after: number, viewer: Viewer): () => void {
    return this.needs.live.watch(id, after, viewer);
  }

  /** Whether the run ended or came to wait for somebody before `signal` was aborted. */
  settled(id: string, signal: AbortSignal): Promise<boolean> {
    return new Promise((resolve) => {
      let run: Run | undefined;
      const done = (settled: boolean) => {
        stop();
        signal.removeEventListener('abort', late);
        resolve(settled);
      };
      const late = () => done(false);
      const stop = this.needs.live.watch(id, 0, {
        see(seen) {
          run = evolve(
            run,
            id,
            seen.map(({ fact }) => fact),
          );
          if (!UNDER_WAY.has(run.status)) done(true);
        },
        lost: late,
      });
      if (signal.aborted) late();
      else signal.addEventListener('abort', late);
    });
  }

  private requested(id: string): RunView {
    const { pipeline, plan, at } = this.needs.recent.find(id)!;
    return {
      id,
      pipeline,
      plan,
      status: 'running',
      acceptedAt: timeOf(at),
      traceId: traceIdsOf(id).traceId,
      steps: [],
      allowedActions: [],
      links: runLinks(id),
    };
  }
}

export const endsRun = (fact: Fact): boolean =>
  fact.type === 'run.completed' || fact.type === 'run.failed' || fact.type === 'run.cancelled';
export const isEnded = (run: { status: RunStatus } | undefined): boolean => run !== undefined && isOver(run.status);
