import type { ServerResponse } from 'node:http';
import { Body, Controller, Get, HttpCode, Inject, Param, Post, Query, Res } from '@nestjs/common';
import type { LetterAct, LetterFilter } from '@millrace/contracts';
import {
  type Accepted,
  ActBody,
  AssignBody,
  type DeadLetterView,
  LinkBody,
  NoteBody,
  RedriveBody,
  TagBody,
} from '@millrace/contracts/http';
import type { StoreReader } from '@millrace/store';
import { cursorOf, readCursor } from '../http/cursor.js';
import { DeadLettersQuery } from '../http/queries.js';
import { READER } from '../http/tokens.js';
import { DeadLetters } from './dead-letters.js';
import { deadLetterView, groupView } from './dead-letter-view.js';

/** The time of a group's trend, without another one, and its parts. */
const TREND_MS = 86_400_000;
const TREND_PARTS = 24;

@Controller('v1/dead-letters')
export class DeadLettersController {
  constructor(
    @Inject(READER) private readonly reader: StoreReader,
    @Inject(DeadLetters) private readonly deadLetters: DeadLetters,
  ) {}

  @Get()
  async list(@Query({ schema: DeadLettersQuery }) { limit, cursor, ...given }: DeadLettersQuery) {
    const filter = filterOf(given);
    const bound = boundTo('dead-letters', filter);
    const before = readCursor(cursor, bound);
    const page = await this.reader.deadLetters({ ...filter, limit, ...(before !== undefined && { before }) });
    const next = cursorOf(page.next, bound);
    return { items: page.items.map((letter) => deadLetterView(letter)), ...(next && { next }) };
  }

  @Get('groups')
  async groups(@Query({ schema: DeadLettersQuery }) { limit, cursor, ...given }: DeadLettersQuery) {
    const filter = filterOf(given);
    const bound = boundTo('dead-letter-groups', filter);
    const before = readCursor(cursor, bound);
    const until = filter.until ?? Date.now() + 1;
    const from = filter.since ?? Math.max(0, until - TREND_MS);
    const trend = { from, partMs: Math.max(1, Math.ceil((until - from) / TREND_PARTS)), parts: TREND_PARTS };
    const page = await this.reader.letterGroups({ filter, trend, limit, ...(before !== undefined && { before }) });
    const next = cursorOf(page.next, bound);
    return { items: page.items.map((group) => groupView(group, trend)), ...(next && { next }) };
  }

  @Get(':id')
  get(@Param('id') id: string): Promise<DeadLetterView> {
    return this.deadLetters.view(id);
  }

  @Post(':id/redrive')
  @HttpCode(202)
  redrive(@Param('id') id: string, @Body({ schema: RedriveBody.default({}) }) body: RedriveBody): Promise<Accepted> {
    return this.deadLetters.redrive(id, body);
  }

  @Post(':id/resolve')
  resolve(
    @Param('id') id: string,
    @Body({ schema: ActBody.default({}) }) body: ActBody,
    @Res({ passthrough: true }) response: ServerResponse,
  ) {
    return this.act({ id, body, response }, { do: 'resolve' });
  }

  @Post(':id/reopen')
  reopen(
    @Param('id') id: string,
    @Body({ schema: ActBody.default({}) }) body: ActBody,
    @Res({ passthrough: true }) response: ServerResponse,
  ) {
    return this.act({ id, body, response }, { do: 'reopen' });
  }

  @Post(':id/assign')
  assign(
    @Param('id') id: string,
    @Body({ schema: AssignBody.default({}) }) body: AssignBody,
    @Res({ passthrough: true }) response: ServerResponse,
  ) {
    const { to } = body;
    return this.act({ id, body, response }, { do: 'assign', ...(to !== undefined && { to }) });
  }

  @Post(':id/notes')
  note(
    @Param('id') id: string,
    @Body({ schema: NoteBody }) body: NoteBody,
    @Res({ passthrough: true }) response: ServerResponse,
  ) {
    return this.act({ id, body, response }, { do: 'note', text: body.text });
  }

  @Post(':id/tags')
  tag(
    @Param('id') id: string,
    @Body({ schema: TagBody }) body: TagBody,
    @Res({ passthrough: true }) response: ServerResponse,
  ) {
    const { add, remove } = body;
    return this.act({ id, body, response }, { do: 'tag', ...(add && { add }), ...(remove && { remove }) });
  }

  @Post(':id/tickets')
  link(
    @Param('id') id: string,
    @Body({ schema: LinkBody }) body: LinkBody,
    @Res({ passthrough: true }) response: ServerResponse,
  ) {
    return this.act({ id, body, response }, { do: 'link', url: body.url });
  }

  private async act(
    { id, body, response }: { id: string; body: ActBody; response: ServerResponse },
    act: LetterAct,
  ): Promise<DeadLetterView | Accepted> {
    const { applied, view } = await this.deadLetters.act(id, act, body);
    response.statusCode = applied ? 200 : 202;
    return view;
  }
}

const filterOf = (given: Omit<DeadLettersQuery, 'limit' | 'cursor'>): LetterFilter =>
  Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) as LetterFilter;

/** A cursor belongs to its list and filter. */
const boundTo = (list: string, filter: LetterFilter): Record<string, string> => ({
  ...Object.fromEntries(Object.entries(filter).map(([name, value]) => [name, String(value)])),
  list,
});
