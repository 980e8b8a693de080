import { Controller, Get, Inject, Query } from '@nestjs/common';
import type { RunStatus } from '@millrace/contracts';
import type { CountView, OverviewView } from '@millrace/contracts/http';
import type { StoreReader } from '@millrace/store';
import { OverviewQuery } from '../http/queries.js';
import { READER } from '../http/tokens.js';

const MOST = 1_000;

const countView = (count: number): CountView => (count > MOST ? { count: MOST, more: true } : { count });

@Controller('v1/overview')
export class OverviewController {
  constructor(@Inject(READER) private readonly reader: StoreReader) {}

  @Get()
  async show(@Query({ schema: OverviewQuery }) { pipeline }: OverviewQuery): Promise<OverviewView> {
    const { runs, reviews, signals, deadLetters } = await this.reader.counts({ pipeline, atMost: MOST + 1 });
    const byStatus = Object.entries(runs).map(([status, count]) => [status, countView(count)]);
    return {
      runs: Object.fromEntries(byStatus) as Record<RunStatus, CountView>,
      reviews: countView(reviews),
      signals: countView(signals),
      deadLetters: countView(deadLetters),
    };
  }
}
