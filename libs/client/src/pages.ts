import { MillraceUnexpectedAnswer } from './errors.js';

/** A part of a list. `next` is the cursor of the part after it; the last one has none. */
export interface Page<Item> {
  readonly items: readonly Item[];
  readonly next?: string;
  /** The time down to which was searched, where the part ended before it was full. */
  readonly searchedTo?: string;
}

/**
 * A list that is read page by page. `for await` over it gives every item, and asks for the next page when it is needed.
 *
 * ```ts
 * for await (const run of millrace.runs.list({ status: 'failed' })) console.log(run.id);
 * const { items, next } = await millrace.runs.list({ limit: 20 }).page();
 * ```
 */
export class Pages<Item> implements AsyncIterable<Item> {
  constructor(
    private readonly load: (cursor: string | undefined) => Promise<Page<Item>>,
    private readonly cursor?: string,
  ) {}

  /** Returns one page: the first, or the one of the cursor that was asked for. */
  page(): Promise<Page<Item>> {
    return this.load(this.cursor);
  }

  /** Returns all items. Keep to lists that end: use `for await` where there may be many. */
  async all(): Promise<Item[]> {
    const items: Item[] = [];
    for await (const item of this) items.push(item);
    return items;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Item, void, undefined> {
    for await (const { items } of this.pages()) yield* items;
  }

  /** Gives page after page. */
  async *pages(): AsyncGenerator<Page<Item>, void, undefined> {
    for (let cursor = this.cursor; ;) {
      const page = await this.load(cursor);
      yield page;
      if (page.next === undefined) return;
      if (page.next === cursor)
        throw new MillraceUnexpectedAnswer('The gateway names a page of a list as the page after itself.', 200);
      cursor = page.next;
    }
  }
}
