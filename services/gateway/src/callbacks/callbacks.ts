import {
  attemptId,
  type AttemptTicket,
  endpointFailure,
  eventRecord,
  isOver,
  readTicket,
  RunEvent,
  type StepCompleted,
  type StepFailed,
} from '@millrace/contracts';
import type { Accepted } from '@millrace/contracts/http';
import { isUsable, summarize, valueProblems } from '@millrace/pipeline/engine';
import { evolve, stepOf } from '@millrace/saga';
import type { Runtime, StageContracts } from '@millrace/runtime';
import { lightValue } from '../blobs/light.js';
import { RequestProblem } from '../http/problems.js';
import { runLinks } from '../runs/run-view.js';
import type { RunQueries } from '../runs/runs.js';
import { recordOf } from '../http/validation.js';

interface Needs {
  readonly runtime: Pick<Runtime, 'broker' | 'topics' | 'blobs'>;
  readonly runs: Pick<RunQueries, 'record'>;
  readonly announced: Pick<StageContracts, 'get'>;
  readonly key: string | undefined;
}

const OVER = new Set<string>(['completed', 'skipped', 'dead-lettered']);

/** A later answer of an endpoint: an output, or a problem. */
export interface CallbackAnswer {
  readonly body: unknown;
  readonly isProblem: boolean;
}

/** Answers steps for endpoints that said they would answer later. The coordinator decides which answer of an attempt counts: the first. */
export class Callbacks {
  constructor(private readonly needs: Needs) {}

  /** @throws {RequestProblem} UNKNOWN_CALLBACK, CALLBACK_OVER, INVALID_ANSWER */
  async answer(token: string, { body, isProblem }: CallbackAnswer): Promise<Accepted> {
    const { key } = this.needs;
    const ticket = key === undefined ? undefined : readTicket(token, key);
    if (!ticket) throw new RequestProblem('UNKNOWN_CALLBACK', 'The token of this callback was not made here.');
    await this.refuseWhenOver(ticket);
    const event = isProblem ? failedBy(ticket, body) : this.completedBy(ticket, body);
    await this.publish(await this.lightened(event), ticket);
    return { id: ticket.run, links: runLinks(ticket.run) };
  }

  /** Refuses an answer to an attempt that is over. The coordinator decides about one that the store does not know yet. */
  private async refuseWhenOver({ run: id, step, attempt, expires }: AttemptTicket): Promise<void> {
    const over = (why: string) => new RequestProblem('CALLBACK_OVER', `The step ${step} of ${id} ${why}.`);
    if (Date.now() > expires) throw over('was given up: its time is over');
    const record = await this.needs.runs.record(id);
    const run = record && evolve(undefined, id, record.facts);
    if (!run) return;
    if (isOver(run.status)) throw over(`belongs to a run that is ${run.status}`);
    const state = stepOf(run, step);
    if (OVER.has(state.status)) throw over(`is ${state.status}`);
    if (state.attempt > attempt)
      throw over(`is at its attempt ${state.attempt}, and this is the answer to attempt ${attempt}`);
  }

  private completedBy(ticket: AttemptTicket, output: unknown): StepCompleted {
    const contract = this.needs.announced.get(ticket.stage);
    const errors = contract && isUsable(contract) ? valueProblems(output, contract.output) : undefined;
    if (errors) {
      const detail = `The output does not fit the contract of ${ticket.stage}: ${errors[0]?.pointer || '/'}: ${errors[0]?.detail}`;
      throw new RequestProblem('INVALID_ANSWER', detail, { errors: [...errors] });
    }
    const summary = contract?.summary && summarize(contract.summary, output);
    return { type: 'step.completed', ...attemptOf(ticket), output, ...(summary && { summary }) };
  }

  private async lightened(event: StepCompleted | StepFailed): Promise<StepCompleted | StepFailed> {
    if (event.type === 'step.failed') return event;
    const { blobs } = this.needs.runtime;
    return { ...event, output: await lightValue(event.output, { blobs, run: event.run }) };
  }

  private async publish(event: StepCompleted | StepFailed, ticket: AttemptTicket): Promise<void> {
    const { broker, topics } = this.needs.runtime;
    const headers = { id: attemptId(ticket), traceparent: ticket.trace };
    await broker.publish([eventRecord(topics, recordOf(RunEvent, event), headers)]);
  }
}

const failedBy = (ticket: AttemptTicket, problem: unknown): StepFailed => ({
  type: 'step.failed',
  ...attemptOf(ticket),
  failure: endpointFailure(problem, {
    status: 200,
    otherwise: 'The endpoint called back with a problem, and said nothing of it.',
  }),
});

const attemptOf = ({ run, step, attempt, startedAt, trace }: AttemptTicket) => ({
  run,
  step,
  attempt,
  at: Date.now(),
  startedAt,
  trace,
});
