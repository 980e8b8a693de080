import { Body, Controller, Get, HttpCode, Inject, Param, Post, Query } from '@nestjs/common';
import { type Accepted, ActBody, type DeadLetterView } from '@millrace/contracts/http';
import type { StoreReader } from '@millrace/store';
import { cursorOf, readCursor } from '../http/cursor.js';
import { DeadLetters, deadLetterView } from './dead-letters.js';
import { DeadLettersQuery } from '../http/queries.js';
import { READER } from '../http/tokens.js';

@Controller('v1/dead-letters')
export class DeadLettersController {
  constructor(
    @Inject(READER) private readonly reader: StoreReader,
    @Inject(DeadLetters) private readonly deadLetters: DeadLetters,
  ) {}

  @Get()
  async list(@Query({ schema: DeadLettersQuery }) { limit, cursor, status, pipeline }: DeadLettersQuery) {
    const filter = { list: 'dead-letters', status, pipeline };
    const before = readCursor(cursor, filter);
    const page = await this.reader.deadLetters({
      limit,
      ...(before !== undefined && { before }),
      ...(status && { status }),
      ...(pipeline !== undefined && { pipeline }),
    });
    const next = cursorOf(page.next, filter);
    return { items: page.items.map(deadLetterView), ...(next && { next }) };
  }

  @Get(':id')
  async get(@Param('id') id: string): Promise<DeadLetterView> {
    return deadLetterView(await this.deadLetters.find(id));
  }

  @Post(':id/redrive')
  @HttpCode(202)
  redrive(@Param('id') id: string, @Body({ schema: ActBody.default({}) }) act: ActBody): Promise<Accepted> {
    return this.deadLetters.redrive(id, act);
  }
}
