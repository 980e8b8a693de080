import type { IncomingMessage, ServerResponse } from 'node:http';
import { Body, Controller, Get, HttpCode, Inject, Param, Post, Query, Req, Res } from '@nestjs/common';
import {
  ActBody,
  CheckBody,
  type CheckView,
  DeployBody,
  type DeploymentView,
  RouteBody,
  type VersionDetail,
} from '@millrace/contracts/http';
import { idempotencyKeyOf } from '../http/idempotency-key.js';
import { DiffQuery } from '../http/queries.js';
import { Versions } from './versions.js';

@Controller('v1')
export class VersionsController {
  constructor(@Inject(Versions) private readonly versions: Versions) {}

  @Post('pipelines/:name/versions')
  async deploy(
    @Param('name') name: string,
    @Body({ schema: DeployBody }) body: DeployBody,
    @Req() request: IncomingMessage,
    @Res({ passthrough: true }) response: ServerResponse,
  ): Promise<DeploymentView> {
    return answered(response, await this.versions.deploy(name, body, idempotencyKeyOf(request)), 201);
  }

  @Get('pipelines/:name/versions')
  async list(@Param('name') name: string) {
    return { items: await this.versions.list(name) };
  }

  @Get('pipelines/:name/versions/:version')
  get(@Param('name') name: string, @Param('version') version: string): Promise<VersionDetail> {
    return this.versions.get(name, version);
  }

  @Get('pipelines/:name/diff')
  async diff(@Param('name') name: string, @Query({ schema: DiffQuery }) { from, to }: DiffQuery) {
    return { items: await this.versions.diff(name, from, to) };
  }

  @Post('pipelines/:name/route')
  async route(
    @Param('name') name: string,
    @Body({ schema: RouteBody }) body: RouteBody,
    @Res({ passthrough: true }) response: ServerResponse,
  ): Promise<DeploymentView> {
    return answered(response, await this.versions.route(name, body), 200);
  }

  @Post('pipelines/:name/pause')
  async pause(
    @Param('name') name: string,
    @Body({ schema: ActBody.default({}) }) act: ActBody,
    @Res({ passthrough: true }) response: ServerResponse,
  ): Promise<DeploymentView> {
    return answered(response, await this.versions.pause(name, 'pipeline.pause-requested', act), 200);
  }

  @Post('pipelines/:name/resume')
  async resume(
    @Param('name') name: string,
    @Body({ schema: ActBody.default({}) }) act: ActBody,
    @Res({ passthrough: true }) response: ServerResponse,
  ): Promise<DeploymentView> {
    return answered(response, await this.versions.pause(name, 'pipeline.resume-requested', act), 200);
  }

  @Post('pipelines/:name/check')
  @HttpCode(200)
  check(@Body({ schema: CheckBody }) body: CheckBody): Promise<CheckView> {
    return this.versions.check(body);
  }

  @Get('deployments/:id')
  outcome(@Param('id') id: string): Promise<DeploymentView> {
    return this.versions.outcome(id);
  }
}

/** 202 while it is not known what became of it. */
function answered(response: ServerResponse, view: DeploymentView, applied: number): DeploymentView {
  response.statusCode = view.status === 'applied' ? applied : 202;
  return view;
}
