import { mkdir, open } from 'node:fs/promises';
import { join } from 'node:path';
import type { ArchivedRun } from '@millrace/store';

/** Writes what is removed to a folder: a file of JSON lines for each day on which runs were accepted. */
export class Archive {
  constructor(private readonly folder: string) {}

  /** Resolves once the runs are on the disk. A run that is archived again, after a crash, is in its file twice: the last line counts. */
  async add(runs: readonly ArchivedRun[]): Promise<void> {
    await mkdir(this.folder, { recursive: true, mode: 0o700 });
    const days = Map.groupBy(runs, ({ acceptedAt }) => new Date(acceptedAt).toISOString().slice(0, 10));
    for (const [day, ofDay] of days) {
      await using file = await open(join(this.folder, `runs-${day}.jsonl`), 'a', 0o600);
      await file.appendFile(ofDay.map((run) => `${JSON.stringify(run)}\n`).join(''));
      await file.sync();
    }
  }
}
