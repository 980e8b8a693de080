import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Tells readers what is new. `key`: the same notice has the same key. */
export abstract class Notices {
  abstract put(lines: readonly string[], key: string): Promise<void>;
}

/** A file a notice. */
export class FileNotices extends Notices {
  constructor(private readonly folder: string) {
    super();
  }

  async put(lines: readonly string[], key: string): Promise<void> {
    await mkdir(this.folder, { recursive: true });
    await writeFile(join(this.folder, `${key.replaceAll(':', '-')}.txt`), `${lines.join('\n')}\n`);
  }
}
