import { type Fact, isOver, isRunId, type ModelPrices, present, type RunStatus } from '@millrace/contracts';
import type { RunSummaryView, RunView } from '@millrace/contracts/http';
import { type LoadedPlan, stagesOf } from '@millrace/pipeline/engine';
import { evolve, type Run } from '@millrace/saga';
import { type ChainedAct, RUN_NOTE, type RunRecord, type RunSummary, type StoreReader } from '@millrace/store';
import type { Consumers } from '../stages/consumers.js';
import type { LiveFacts, Viewer } from './live-facts.js';
import type { StoredPlans } from '../pipelines/plans.js';
import { RequestProblem } from '../http/problems.js';
import type { RecentRequests } from '../http/recent-requests.js';
import { withNoConsumer } from '../stages/no-consumer.js';
import { withCosts } from './model-calls.js';
import { outcomeView } from './outcome-view.js';
import { nowOf, subjectOf } from './now.js';
import { holdView, labelsView, runLinks, runView, summaryView } from './run-view.js';
import { timeOf } from './shown.js';

interface Needs {
  readonly reader: StoreReader;
  readonly plans: StoredPlans;
  readonly recent: RecentRequests;
  readonly live: LiveFacts;
  readonly consumers: Consumers;
  /** Returns the address at which Jaeger shows a trace; undefined where that is not known. */
  readonly traceUrl: (traceId: string) => string | undefined;
  /** Returns the prices of models that are set now. */
  readonly prices: () => ModelPrices | undefined;
}

export const unknownRun = (id: string): RequestProblem =>
  new RequestProblem('UNKNOWN_RUN', `There is no run ${id.slice(0, 100)}.`);

/** The most replays of a run, and notes on it, that are shown. */
const MOST_ACTS = 50;

const replayIn = (detail: unknown): string | [] => {
  const { run } = (detail ?? {}) as { run?: unknown };
  return isRunId(run) ? run : [];
};

const noteIn = ({ outcome, at, by, reason }: ChainedAct): NonNullable<RunView['notes']> =>
  outcome.status === 'applied' && reason !== undefined
    ? [{ at: timeOf(at), text: reason, ...(by !== undefined && { by }) }]
    : [];

/** Such a run waits for nobody. */
const UNDER_WAY: ReadonlySet<RunStatus> = new Set(['held', 'running', 'compensating']);

/** Runs as they are shown: those that are accepted, and those asked for here that are about to be. */
export class RunQueries {
  constructor(private readonly needs: Needs) {}

  /** The record of a run; undefined where it was asked for here and is not accepted yet. @throws {RequestProblem} UNKNOWN_RUN */
  async record(id: string): Promise<RunRecord | undefined> {
    const record = isRunId(id) ? await this.needs.reader.run(id) : undefined;
    if (!record && !this.needs.recent.find(id)) throw unknownRun(id);
    return record;
  }

  /** @throws {RequestProblem} UNKNOWN_RUN */
  async view(id: string): Promise<RunView> {
    const record = await this.record(id);
    if (!record) return this.requested(id);
    const view = await this.viewOf(record);
    const done = (kind: string) => this.needs.reader.acts.list({ subject: id, kind, limit: MOST_ACTS });
    const [replayed, noted] = await Promise.all([done('run.replay'), done(RUN_NOTE)]);
    const replays = replayed.items.flatMap(({ outcome, detail }) =>
      outcome.status === 'applied' ? replayIn(detail) : [],
    );
    const notes = noted.items.flatMap(noteIn);
    const outcomes = (await this.needs.reader.outcomes(id)).map(outcomeView);
    return {
      ...view,
      ...(replays.length > 0 && { replays }),
      ...(notes.length > 0 && { notes }),
      ...(outcomes.length > 0 && { outcomes }),
    };
  }

  async viewOf(record: RunRecord): Promise<RunView> {
    const plan = await this.needs.plans.byHash(record.plan);
    const unserved = isOver(record.status) ? undefined : await this.needs.consumers.unserved(stagesOf(plan.plan));
    const labels = (await this.needs.reader.labels([record.id])).get(record.id);
    const hold = isOver(record.status) ? undefined : (await this.needs.reader.holds([record.id])).get(record.id);
    const shown = { ...runView(record, plan, unserved), ...labelsView(labels), ...holdView(hold) };
    const view = withCosts(shown, this.needs.prices());
    const trace = this.needs.traceUrl(view.traceId);
    return trace === undefined ? view : { ...view, links: { ...view.links, trace } };
  }

  /** Runs as a list shows them. Facts are read of those alone whose plans have a stage that nobody serves: of none, where all is well. */
  async summaries(runs: readonly RunSummary[]): Promise<RunSummaryView[]> {
    const waiting = new Map<string, { plan: LoadedPlan; unserved: ReadonlySet<string> }>();
    for (const { id, status, plan: hash } of runs) {
      if (!UNDER_WAY.has(status)) continue;
      const plan = await this.needs.plans.byHash(hash);
      const unserved = await this.needs.consumers.unserved(stagesOf(plan.plan));
      if (unserved.size > 0) waiting.set(id, { plan, unserved });
    }
    const facts = await this.needs.reader.factsAfter(new Map([...waiting.keys()].map((id) => [id, 0])));
    const holds = await this.holdsOf(runs);
    return runs.map((run) => {
      const found = waiting.get(run.id);
      const more = found && withNoConsumer({ ...found, run: evolve(undefined, run.id, facts.get(run.id) ?? []) });
      return { ...summaryView(run), ...holdView(holds.get(run.id)), ...more };
    });
  }

  /** Runs as a list shows them to somebody who looks for what is stuck: with their subjects, and what they do now. Reads the facts of all of them. */
  async details(runs: readonly RunSummary[]): Promise<RunSummaryView[]> {
    const { reader } = this.needs;
    const ids = runs.map(({ id }) => id);
    const [facts, labels, holds] = await Promise.all([
      reader.factsAfter(new Map(ids.map((id) => [id, 0]))),
      reader.labels(ids),
      this.holdsOf(runs),
    ]);
    return Promise.all(
      runs.map(async (run) => ({
        ...(await this.detail(run, facts.get(run.id) ?? [])),
        ...labelsView(labels.get(run.id)),
        ...holdView(holds.get(run.id)),
      })),
    );
  }

  /** Returns what runs wait for in the lines of their hold keys. Asks for none, where none of them waits so. */
  private holdsOf(runs: readonly RunSummary[]): ReturnType<StoreReader['holds']> {
    return this.needs.reader.holds(runs.flatMap(({ id, state }) => (state === 'waiting-for-run' ? [id] : [])));
  }

  private async detail(summary: RunSummary, facts: readonly Fact[]): Promise<RunSummaryView> {
    const run = evolve(undefined, summary.id, facts);
    const { title } = summary;
    const shown = { ...summaryView(summary), ...(title === undefined ? subjectOf(run) : { subject: title }) };
    if (isOver(run.status)) return shown;
    const plan = await this.needs.plans.byHash(summary.plan);
    const unserved = await this.needs.consumers.unserved(stagesOf(plan.plan));
    return { ...shown, ...withNoConsumer({ run, plan, unserved }), ...nowOf({ run, plan, unserved }) };
  }

  /** Shows `viewer` each new fact past `after`. @returns what stops it */
  watch(id: string, after: number, viewer: Viewer): () => void {
    return this.needs.live.watch(id, after, viewer);
  }

  /** Resolves to true if the run ended or came to wait for somebody before `signal` was aborted. */
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
    const { pipeline, plan, at, startsAt, traceId } = present(this.needs.recent.find(id), `request for the run ${id}`);
    return {
      id,
      pipeline,
      plan,
      status: startsAt === undefined ? 'running' : 'held',
      state: startsAt === undefined ? 'running' : 'held',
      acceptedAt: timeOf(at),
      ...(startsAt !== undefined && { startsAt: timeOf(startsAt) }),
      traceId,
      steps: [],
      allowedActions: [],
      links: runLinks(id),
    };
  }
}

export const endsRun = (fact: Fact): boolean =>
  fact.type === 'run.completed' || fact.type === 'run.failed' || fact.type === 'run.cancelled';
export const isEnded = (run: { status: RunStatus } | undefined): boolean => run !== undefined && isOver(run.status);
