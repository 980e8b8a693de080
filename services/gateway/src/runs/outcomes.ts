import { derivedId, OutcomeReported, outcomeRecord, randomId } from '@millrace/contracts';
import type { Accepted, FoundOutcomeBody, OutcomeBody } from '@millrace/contracts/http';
import type { Runtime } from '@millrace/runtime';
import { attributeIs, type StoreReader } from '@millrace/store';
import { RequestProblem } from '../http/problems.js';
import { untilApplied } from '../http/until-applied.js';
import { recordOf } from '../http/validation.js';
import { runLinks } from './run-view.js';
import type { RunQueries } from './runs.js';

interface Needs {
  readonly runtime: Pick<Runtime, 'broker' | 'topics'>;
  readonly reader: Pick<StoreReader, 'runs' | 'outcomes'>;
  readonly runs: Pick<RunQueries, 'record'>;
}

/** Takes what became of runs later. */
export class OutcomeReports {
  constructor(private readonly needs: Needs) {}

  /** Resolves when the outcome is kept, or after some seconds when it is durable. @throws {RequestProblem} UNKNOWN_RUN */
  async report(run: string, { id = randomId('out'), ...body }: OutcomeBody): Promise<Accepted> {
    await this.needs.runs.record(run);
    const { broker, topics } = this.needs.runtime;
    await broker.publish([outcomeRecord(topics, recordOf(OutcomeReported, { run, id, ...body }))]);
    const kept = derivedId('out', id);
    await untilApplied(async () =>
      (await this.needs.reader.outcomes(run)).some((outcome) => outcome.id === kept) ? true : undefined,
    );
    return { id: kept, links: runLinks(run) };
  }

  /** Reports an outcome of the newest run with an attribute. @throws {RequestProblem} UNKNOWN_RUN, where no run has it */
  async reportFound({ attribute, ...body }: FoundOutcomeBody): Promise<Accepted> {
    const { name, value, pipeline } = attribute;
    const filter = { where: attributeIs(name, value), ...(pipeline !== undefined && { pipeline }), limit: 1 };
    const [run] = (await this.needs.reader.runs(filter)).items;
    if (!run) throw new RequestProblem('UNKNOWN_RUN', `No run has this value as attributes.${name}.`);
    return this.report(run.id, body);
  }
}
