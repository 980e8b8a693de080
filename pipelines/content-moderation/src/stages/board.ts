import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** The board on which posts are shown. Everything may be done twice, and is then as if it were done once. */
export abstract class Board {
  abstract show(post: string, visible: boolean): Promise<void>;
  abstract erase(post: string): Promise<void>;
  /** `key`: the same message has the same. */
  abstract tell(author: string, message: string, key: string): Promise<void>;
}

/** A file a post, which says whether it is visible, and a file a message. */
export class FileBoard extends Board {
  constructor(private readonly folder: string) {
    super();
  }

  async show(post: string, visible: boolean): Promise<void> {
    await this.write(`${post}.json`, JSON.stringify({ visible }));
  }

  erase(post: string): Promise<void> {
    return rm(join(this.folder, `${post}.json`), { force: true });
  }

  tell(author: string, message: string, key: string): Promise<void> {
    return this.write(`to-${author}.${key}.txt`, message);
  }

  private async write(name: string, text: string): Promise<void> {
    await mkdir(this.folder, { recursive: true });
    await writeFile(join(this.folder, name), text);
  }
}
