import { link, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';

/** Makes entries, payments and papers, each once: a second request with the same `key` is the same one. */
export abstract class Office {
  /** @returns the key under which it stands there */
  abstract enter(key: string, content: object): Promise<string>;
  /** Resolves to true when the place was free, or held by the same key before. */
  abstract take(place: string, key: string): Promise<boolean>;
}

/** A file each. */
export class FileOffice extends Office {
  constructor(private readonly folder: string) {
    super();
  }

  async enter(key: string, content: object): Promise<string> {
    await this.make(`${key.replace(':', '-')}.json`, JSON.stringify(content));
    return key;
  }

  async take(place: string, key: string): Promise<boolean> {
    const name = `filed-${place}`;
    return (await this.make(name, key)) || (await readFile(join(this.folder, name), 'utf8')) === key;
  }

  /** Whole or not at all; false where there was one already. */
  private async make(name: string, text: string): Promise<boolean> {
    await mkdir(this.folder, { recursive: true });
    const unfinished = join(this.folder, `.${randomUUID()}.tmp`);
    await writeFile(unfinished, text);
    try {
      await link(unfinished, join(this.folder, name));
      return true;
    } catch (error) {
      if ((error as { code?: string }).code === 'EEXIST') return false;
      throw error;
    } finally {
      await rm(unfinished, { force: true });
    }
  }
}
