import { randomUUID } from 'node:crypto';
import { mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { Embedded } from './contracts.js';
import { nearness } from './embedder.js';

export interface Found {
  readonly document: string;
  readonly heading: string;
  readonly text: string;
  readonly nearness: number;
}

/** Keeps and finds passages. Putting the same document twice is putting it once. */
export abstract class PassageIndex {
  abstract put(document: string, passages: readonly Embedded[]): Promise<void>;
  abstract documents(): Promise<readonly string[]>;
  /** Returns nothing for a document that is not there. */
  abstract read(document: string): Promise<readonly Embedded[]>;
  abstract nearest(vector: readonly number[], most: number): Promise<readonly Found[]>;
}

const Stored = z.array(Embedded);

/** A file a document: it is there whole, or as it was before. */
export class FileIndex extends PassageIndex {
  constructor(private readonly folder: string) {
    super();
  }

  async put(document: string, passages: readonly Embedded[]): Promise<void> {
    await mkdir(this.folder, { recursive: true });
    const unfinished = join(this.folder, `.${randomUUID()}.tmp`);
    await writeFile(unfinished, JSON.stringify(passages));
    await rename(unfinished, join(this.folder, `${document}.json`));
  }

  async documents(): Promise<readonly string[]> {
    const files = (await readdir(this.folder).catch(() => [])).filter((name) => /^[\w-]+\.json$/.test(name));
    return files.map((file) => file.replace(/\.json$/, '')).sort();
  }

  async read(document: string): Promise<readonly Embedded[]> {
    if (!(await this.documents()).includes(document)) return [];
    return Stored.parse(JSON.parse(await readFile(join(this.folder, `${document}.json`), 'utf8')));
  }

  async nearest(vector: readonly number[], most: number): Promise<readonly Found[]> {
    const found = (await this.documents()).map(async (document) => {
      const passages = await this.read(document);
      return passages.map(({ heading, text, vector: own }) => ({
        document,
        heading,
        text,
        nearness: Math.round(nearness(vector, own) * 100) / 100,
      }));
    });
    const all = (await Promise.all(found)).flat();
    return all
      .filter((one) => one.nearness > 0)
      .sort((a, b) => b.nearness - a.nearness)
      .slice(0, most);
  }
}
