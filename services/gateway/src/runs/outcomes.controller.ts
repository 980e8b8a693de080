import { Body, Controller, HttpCode, Inject, Param, Post } from '@nestjs/common';
import { type Accepted, FoundOutcomeBody, OutcomeBody } from '@millrace/contracts/http';
import { OutcomeReports } from './outcomes.js';

/** Takes what became of runs later. */
@Controller('v1')
export class OutcomesController {
  constructor(@Inject(OutcomeReports) private readonly reports: OutcomeReports) {}

  @Post('runs/:id/outcomes')
  @HttpCode(202)
  report(@Param('id') id: string, @Body({ schema: OutcomeBody }) body: OutcomeBody): Promise<Accepted> {
    return this.reports.report(id, body);
  }

  @Post('outcomes')
  @HttpCode(202)
  reportFound(@Body({ schema: FoundOutcomeBody }) body: FoundOutcomeBody): Promise<Accepted> {
    return this.reports.reportFound(body);
  }
}
