import { BlobError, type Blobs, noStore } from '@millrace/blobs';
import { BLOB_KEY, type BlobReference, BoundedMap } from '@millrace/contracts';
import { type Content, contentKey, ContentWanted, withContents } from '@millrace/pipeline/engine';

/** The most bytes of blobs that stay in memory between decisions. */
const KEPT_BYTES = 32 * 1024 * 1024;

interface Kept {
  readonly content: Content;
  readonly bytes: number;
}

/** Fetches the blobs that decisions read, which few do: expressions over large values, and maps over large lists. The latest ones stay in memory. */
export class BlobContents {
  private readonly kept: BoundedMap<Kept>;

  constructor(
    private readonly blobs: Blobs | undefined,
    private readonly maxBytes = KEPT_BYTES,
  ) {
    this.kept = new BoundedMap(maxBytes, ({ bytes }) => bytes);
  }

  /**
   * Does pure work that may read blobs, once more for each blob that has to be fetched for it.
   * @throws {BlobError} `BLOB_STORE_AWAY`: the batch is taken again later. A blob that is missing or damaged is a failure of the step that reads it.
   */
  async reading<T>(work: () => T): Promise<T> {
    const own = new Map<string, Content>();
    const contents = { get: (key: string) => own.get(key) ?? this.kept.get(key)?.content };
    for (;;)
      try {
        return withContents(contents, work);
      } catch (error) {
        if (!(error instanceof ContentWanted)) throw error;
        // Also here: what does not stay in memory for others stays for this work.
        own.set(contentKey(error.reference), await this.fetch(error.reference));
      }
  }

  private async fetch(reference: BlobReference): Promise<Content> {
    if (!this.blobs) return { failure: noStore(reference[BLOB_KEY]).failure };
    try {
      const content = { value: await this.blobs.content(reference) };
      const { bytes } = reference[BLOB_KEY];
      // One that is larger than all would leave no room for any.
      if (bytes <= this.maxBytes) this.kept.set(contentKey(reference), { content, bytes });
      return content;
    } catch (error) {
      if (error instanceof BlobError && error.failure.kind === 'permanent') return { failure: error.failure };
      throw error;
    }
  }
}
