import type { ServerResponse } from 'node:http';
import { Controller, Get, Header, Inject, Res } from '@nestjs/common';
import { asyncApi } from '@millrace/contracts/asyncapi';
import type { Runtime } from '@millrace/runtime';
import { Readiness } from './readiness.js';
import { openApi } from './openapi.js';
import { RUNTIME } from './tokens.js';

/** The endpoints for machines: health, metrics, documents. */
@Controller()
export class MetaController {
  private readonly openApi = openApi();
  private readonly asyncApi: object;

  constructor(
    @Inject(RUNTIME) private readonly runtime: Runtime,
    @Inject(Readiness) private readonly readiness: Readiness,
  ) {
    this.asyncApi = asyncApi(runtime.settings.topicPrefix);
  }

  /** The process runs; nothing else is looked at. */
  @Get('livez')
  live() {
    return { live: true };
  }

  @Get('readyz')
  async ready(@Res({ passthrough: true }) response: ServerResponse) {
    const state = await this.readiness.state();
    const { degraded } = this.readiness;
    const stages = await this.readiness.stages();
    const troubles = { ...(degraded.length > 0 && { degraded }), ...(stages.length > 0 && { stages }) };
    if (state === true) return { ready: true, ...troubles };
    response.statusCode = 503;
    return { ready: false, reason: state };
  }

  @Get('metrics')
  @Header('content-type', 'text/plain; version=0.0.4; charset=utf-8')
  metrics(): Promise<string> {
    return this.runtime.telemetry.metricsText();
  }

  @Get('openapi.json')
  openapi() {
    return this.openApi;
  }

  @Get('asyncapi.json')
  asyncapi() {
    return this.asyncApi;
  }
}
