import { Body, Controller, Get, HttpCode, Inject, Param, Post } from '@nestjs/common';
import { deploymentRecord, DeploymentRequest, randomId, type RecoveryReport } from '@millrace/contracts';
import { type Accepted, RecoverBody } from '@millrace/contracts/http';
import type { Runtime } from '@millrace/runtime';
import type { StoreReader } from '@millrace/store';
import { RequestProblem } from '../http/problems.js';
import { RUNTIME, READER } from '../http/tokens.js';
import { recordOf } from '../http/validation.js';

/** Asks a coordinator to bring a restored store up to its topics, and says what it found and did. */
@Controller('v1/recoveries')
export class RecoveriesController {
  constructor(
    @Inject(RUNTIME) private readonly runtime: Runtime,
    @Inject(READER) private readonly reader: Pick<StoreReader, 'recovery'>,
  ) {}

  @Post()
  @HttpCode(202)
  async begin(@Body({ schema: RecoverBody }) { apply = false, ...act }: RecoverBody): Promise<Accepted> {
    const id = randomId('rec');
    const request = recordOf(DeploymentRequest, { type: 'recovery.requested', id, at: Date.now(), apply, ...act });
    const { broker, topics } = this.runtime;
    await broker.publish([deploymentRecord(topics, request, id)]);
    return { id, links: { self: `/v1/recoveries/${id}` } };
  }

  @Get(':id')
  async get(@Param('id') id: string): Promise<RecoveryReport> {
    const report = await this.reader.recovery(id);
    if (report) return report;
    throw new RequestProblem('UNKNOWN_RECOVERY', `No coordinator has begun a recovery ${id.slice(0, 200)}.`);
  }
}
