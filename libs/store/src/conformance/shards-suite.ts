import { randomId, seededRandom } from '@millrace/contracts';
import type { DeadLetter } from '../commit.js';
import type { Store } from '../open.js';
import type { Paged, PageRequest } from '../page.js';
import type { StoreReader } from '../store.js';
import { mergedPage, type Placed } from './merged.fixture.js';
import { readRunFilter } from '../search/filters.js';
import { changed, commitOf, createRun, newRun } from './runs.fixture.js';

const STORES = 3;
const ROWS = 30;
const PIPELINES = [randomId('pipeline'), randomId('pipeline')] as const;

/** A row of each list. */
interface Row {
  readonly at: number;
  readonly pipeline: string;
}

interface List<T> {
  readonly page: (reader: StoreReader, page: PageRequest) => Promise<Paged<T>>;
  readonly placeOf: (item: T) => Placed;
}

/** Tests that partitions may have stores of their own: what a list needs for that. */
export function shardsSuite(name: string, open: () => Promise<Store>): void {
  describe(`lists of several stores on ${name}, merged, are those of one store with all rows: the same pages and cursors`, () => {
    let all: Store;
    let shards: readonly Store[];
    beforeAll(async () => {
      all = await open();
      shards = [];
      for (let i = 0; i < STORES; i++) shards = [...shards, await open()];
      const random = seededRandom(7);
      const below = (n: number) => Math.floor(random() * n);
      for (let i = 0; i < ROWS; i++) {
        // Few times, so that many rows have the same one.
        const row = { at: 1_700_000_000_000 + below(5), pipeline: PIPELINES[below(2)]! };
        await addTo([all, shards[below(STORES)]!], row);
      }
    });
    afterAll(async () => {
      for (const store of [all, ...shards]) await store[Symbol.asyncDispose]();
    });

    async function check<T>({ page, placeOf }: List<T>): Promise<void> {
      for (const limit of [1, 2, 7, ROWS - 1, ROWS, ROWS + 1]) {
        let before: string | undefined;
        let seen = 0;
        do {
          const request = { limit, ...(before !== undefined && { before }) };
          const expected = await page(all.reader, request);
          const parts = shards.map(
            ({ reader }) =>
              (asked: PageRequest) =>
                page(reader, asked),
          );
          expect(await mergedPage(parts, { page: request, placeOf })).toEqual({
            items: expected.items,
            next: expected.next,
          });
          before = expected.next;
          seen += expected.items.length;
        } while (before !== undefined);
        expect(seen).toBeGreaterThan(0);
      }
    }

    const [pipeline] = PIPELINES;
    test.each([
      ['every pipeline', {}],
      ['one pipeline', { pipeline }],
      ['one pipeline and a state', { pipeline, status: 'running' }],
    ] as const)('runs of %s', (_, filter) =>
      check({
        page: (reader, page) => reader.runs({ ...filter, ...page }),
        placeOf: ({ acceptedAt, id }) => [acceptedAt, id],
      }),
    );

    test('runs that a search finds', () =>
      check({
        page: async (reader, page) => {
          const { items, next } = await reader.runs({
            where: readRunFilter('status == "running"', 1_700_100_000_000),
            ...page,
          });
          return { items, next };
        },
        placeOf: ({ acceptedAt, id }) => [acceptedAt, id],
      }));

    test('reviews', () =>
      check({
        page: (reader, page) => reader.reviews(page),
        placeOf: ({ since, run, step }) => [since, run, step],
      }));

    test('dead letters', () =>
      check({ page: (reader, page) => reader.deadLetters(page), placeOf: ({ at, id }) => [at, id] }));
  });
}

/** Writes a run, one of its reviews and one of its dead letters to each of the stores. */
async function addTo(stores: readonly Store[], { at, pipeline }: Row): Promise<void> {
  const run = newRun({ pipeline, acceptedAt: at });
  const step = randomId('step');
  const wait = { run: run.id, step, kind: 'review', pipeline, since: at, due: undefined, show: null } as const;
  const letter: DeadLetter = {
    id: randomId('dl'),
    status: 'open',
    at,
    run: run.id,
    pipeline,
    step,
    stage: step,
    attempts: 1,
    failure: { code: 'STAGE_THREW', kind: 'transient', message: 'it broke' },
    input: {},
    record: undefined,
  };
  for (const store of stores) {
    await createRun(store, run);
    await store.writer.commit(commitOf({ changes: [changed(run, { waits: [wait] })], deadLetters: [letter] }));
  }
}
