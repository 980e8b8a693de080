import { type FileHandle, open } from 'node:fs/promises';
import { StoreUnavailable } from '../errors.js';

/**
 * Puts the write-ahead log of SQLite on the disk beside the event loop. SQLite itself would sync in each commit, and hold up all of the process for
 * as long as the disk takes. The log is only appended to, so one sync covers every commit before it.
 */
export class WalSync implements AsyncDisposable {
  private written = 0;
  private synced = 0;
  private syncing: Promise<void> | undefined;
  private failed: StoreUnavailable | undefined;

  constructor(private readonly wal: Pick<FileHandle, 'datasync' | 'close'>) {}

  /** @param file the write-ahead log, which is there */
  static async of(file: string): Promise<WalSync> {
    return new WalSync(await open(file, 'r+'));
  }

  /** Counts a commit. */
  wrote(): void {
    this.written++;
  }

  /** @throws {StoreUnavailable} after a sync has failed: nobody knows what the disk has of the pages then, and SQLite goes on as if it had them */
  check(): void {
    if (this.failed) throw this.failed;
  }

  /** Resolves once every commit so far is on the disk. */
  async untilSynced(): Promise<void> {
    const upTo = this.written;
    while (this.synced < upTo) {
      this.check();
      this.syncing ??= this.sync();
      await this.syncing;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.syncing;
    await this.wal.close();
  }

  private async sync(): Promise<void> {
    const upTo = this.written;
    try {
      await this.wal.datasync();
      this.synced = upTo;
    } catch (cause) {
      this.failed = new StoreUnavailable('The disk did not take what was written to the store: start Millrace again.', {
        cause,
        full: ['ENOSPC', 'EDQUOT'].includes((cause as NodeJS.ErrnoException).code ?? ''),
      });
    } finally {
      this.syncing = undefined;
    }
  }
}
