import { byWhom } from '@millrace/contracts';
import { Controller, Get, Inject, Query } from '@nestjs/common';
import type { ActView, AuditCheck } from '@millrace/contracts/http';
import type { ChainedAct, StoreReader } from '@millrace/store';
import { cursorOf, readCursor } from '../http/cursor.js';
import { ActsQuery } from '../http/queries.js';
import { READER } from '../http/tokens.js';
import { timeOf } from '../runs/shown.js';

/** Shows who did what, when and why. */
@Controller('v1/audit')
export class AuditController {
  constructor(@Inject(READER) private readonly reader: Pick<StoreReader, 'acts'>) {}

  @Get()
  async list(@Query({ schema: ActsQuery }) { limit, cursor, order, ...filter }: ActsQuery) {
    const given = Object.entries(filter).filter(([, value]) => value !== undefined);
    const bound = { ...Object.fromEntries(given.map(([name, value]) => [name, String(value)])), list: 'audit', order };
    const before = readCursor(cursor, bound);
    const oldestFirst = order === 'oldest';
    const page = await this.reader.acts.list({
      ...filter,
      limit,
      oldestFirst,
      ...(before !== undefined && { before }),
    });
    const next = cursorOf(page.next, bound);
    return { items: page.items.map(actView), ...(next && { next }) };
  }

  @Get('check')
  async check(): Promise<AuditCheck> {
    const { acts, head, broken } = await this.reader.acts.verify();
    return { acts, head, ...(broken !== undefined && { broken }) };
  }
}

function actView({ by, reason, detail, ...act }: ChainedAct): ActView {
  return {
    ...act,
    at: timeOf(act.at),
    ...byWhom({ by, reason }),
    ...(detail !== null && { detail }),
  };
}
