import type { IncomingMessage } from 'node:http';
import type { Accepted } from '@millrace/contracts/http';
import { mediaTypeOf } from '@millrace/contracts';
import { Body, Controller, HttpCode, Inject, Post, Query, Req } from '@nestjs/common';
import { Callbacks } from './callbacks.js';
import { RequestProblem } from '../http/problems.js';
import { CallbackQuery } from '../http/queries.js';

/** The route by which endpoints of HTTP stages answer what takes them long. */
@Controller('v1/callbacks')
export class CallbacksController {
  constructor(@Inject(Callbacks) private readonly callbacks: Callbacks) {}

  @Post()
  @HttpCode(202)
  answer(
    @Body() body: unknown,
    @Query({ schema: CallbackQuery }) { token }: CallbackQuery,
    @Req() { headers }: IncomingMessage,
  ): Promise<Accepted> {
    if (body === undefined || Buffer.isBuffer(body))
      throw new RequestProblem('INVALID_JSON', 'The body is the output of the step, as JSON; there is none.');
    const isProblem = mediaTypeOf(headers['content-type']) === 'application/problem+json';
    return this.callbacks.answer(token, { body, isProblem });
  }
}
