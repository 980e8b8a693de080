import { Controller, Get, Inject, Query } from '@nestjs/common';
import type { RunState } from '@millrace/contracts';
import type { CountView, OverviewView } from '@millrace/contracts/http';
import type { Counts, StoreReader } from '@millrace/store';
import { OverviewQuery } from '../http/queries.js';
import { unservedCount } from '../runs/listed-runs.js';
import { RunQueries } from '../runs/runs.js';
import { READ_ONLY, READER } from '../http/tokens.js';

const MOST = 1_000;

const countView = (count: number): CountView => (count > MOST ? { count: MOST, more: true } : { count });

const viewsOf = <Name extends string>(counts: Readonly<Record<Name, number>>): Record<Name, CountView> =>
  Object.fromEntries(Object.entries<number>(counts).map(([name, count]) => [name, countView(count)])) as Record<
    Name,
    CountView
  >;

/** Each run counts in one state: where more is to be said than its status, it counts there. A count that is cut stays cut. */
function statesOf({ runs, states }: Counts, unserved: number): Readonly<Record<RunState, number>> {
  const less = (count: number, ...finer: readonly number[]): number =>
    count > MOST ? count : Math.max(0, count - finer.reduce((sum, one) => sum + one, 0));
  return {
    ...runs,
    ...states,
    'no-consumer': unserved,
    running: less(runs.running, states.retrying, states['waiting-for-model'], unserved),
    held: less(runs.held, states['waiting-for-run']),
    waiting: less(runs.waiting, states['waiting-for-person'], states['waiting-for-signal'], states.sleeping),
  };
}

@Controller('v1/overview')
export class OverviewController {
  constructor(
    @Inject(READER) private readonly reader: StoreReader,
    @Inject(RunQueries) private readonly runs: RunQueries,
    @Inject(READ_ONLY) private readonly readOnly: boolean,
  ) {}

  @Get()
  async show(@Query({ schema: OverviewQuery }) { pipeline }: OverviewQuery): Promise<OverviewView> {
    const counts = await this.reader.counts({ pipeline, atMost: MOST + 1 });
    const { runs, reviews, signals, deadLetters, degraded } = counts;
    const unserved = await unservedCount({ reader: this.reader, runs: this.runs }, pipeline);
    return {
      runs: viewsOf(runs),
      states: viewsOf(statesOf(counts, unserved)),
      degraded: countView(degraded),
      reviews: countView(reviews),
      signals: countView(signals),
      deadLetters: countView(deadLetters),
      ...(this.readOnly && { readOnly: true }),
    };
  }
}
