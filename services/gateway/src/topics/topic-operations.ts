import { ok, type Operation } from '../http/operation.js';
import { RecordsQuery } from '../http/queries.js';

const SUMMARY = {
  name: 'millrace.runs',
  about: 'Events about runs.',
  partitions: 4,
  records: 18_402,
};

/** Looking into topics: nothing here joins a consumer group or moves an offset. */
export const TOPIC_OPERATIONS: readonly Operation[] = [
  {
    method: 'GET',
    path: '/v1/topics',
    id: 'listTopics',
    summary: 'The topics of this installation, and those that SHOWN_TOPICS names.',
    answers: ok('TopicList', 'All of them.', { items: [SUMMARY] }),
    problems: ['BROKER_UNAVAILABLE'],
  },
  {
    method: 'GET',
    path: '/v1/topics/{name}',
    id: 'getTopic',
    summary: 'One topic: where its partitions begin and end, and how far each consumer group is.',
    answers: ok('TopicView', 'The topic.', {
      ...SUMMARY,
      partitions: 1,
      ranges: [{ partition: 0, start: 0, end: 18_402 }],
      groups: [
        {
          name: 'millrace.coordinator.runs',
          consumers: 2,
          backlog: 3,
          partitions: [{ partition: 0, committed: 18_399, backlog: 3 }],
        },
      ],
    }),
    problems: ['UNKNOWN_TOPIC', 'BROKER_UNAVAILABLE'],
  },
  {
    method: 'GET',
    path: '/v1/topics/{name}/records',
    id: 'listRecords',
    summary:
      'Records of a topic, the newest first unless the query says otherwise. One answer looks at 20,000 records, 32 MiB or for 3 seconds at most: `ended` says which, and `next` goes on. Ends when the caller closes the connection.',
    query: RecordsQuery,
    answers: ok('RecordList', 'The records that were found.', {
      items: [
        {
          partition: 0,
          offset: 18_401,
          at: '2027-01-31T09:00:00.000Z',
          keyBytes: 0,
          valueBytes: 61,
          value: { form: 'json', text: '[{"type":"run.woken","run":"run_4f2a","at":1801386000000}]' },
          headers: [{ name: 'ce_type', form: 'text', text: 'millrace.run.events' }],
          says: { items: [{ type: 'run.woken', run: 'run_4f2a' }], total: 1 },
        },
      ],
      next: 'w5t1_J3k.MDoxODQwMQ',
      looked: { records: 1, bytes: 61 },
      ended: 'limit',
    }),
    problems: [
      'INVALID_REQUEST',
      'INVALID_CURSOR',
      'CONTENT_HIDDEN',
      'UNKNOWN_TOPIC',
      'TOO_MANY_SEARCHES',
      'BROKER_UNAVAILABLE',
    ],
  },
];
