import type { ServerResponse } from 'node:http';
import { Controller, Get, Inject, Param, Query, Res } from '@nestjs/common';
import type { RecordList, TopicList, TopicView } from '@millrace/contracts/http';
import { RecordsQuery } from '../http/queries.js';
import { Records } from './records.js';
import { TopicViews } from './topic-views.js';

@Controller('v1/topics')
export class TopicsController {
  constructor(
    @Inject(TopicViews) private readonly topics: TopicViews,
    @Inject(Records) private readonly records: Records,
  ) {}

  @Get()
  list(): Promise<TopicList> {
    return this.topics.list();
  }

  @Get(':name')
  show(@Param('name') name: string): Promise<TopicView> {
    return this.topics.show(name);
  }

  @Get(':name/records')
  async browse(
    @Param('name') name: string,
    @Query({ schema: RecordsQuery }) query: RecordsQuery,
    @Res({ passthrough: true }) response: ServerResponse,
  ): Promise<RecordList> {
    const gone = new AbortController();
    response.once('close', () => gone.abort());
    return this.records.find(name, query, gone.signal);
  }
}
