import { randomUUID } from 'node:crypto';
import { access, mkdir, open, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { createTransport } from 'nodemailer';
import { type Delivered, mailOf, Postbox } from './postbox.js';
import type { Reply } from './reply.js';

/** Writes each reply to a file of its own, `<key>.eml`: whole or not at all, and once. */
export class FileOutbox extends Postbox {
  constructor(
    from: string,
    private readonly folder: string,
  ) {
    super(from);
  }

  async deliver(reply: Reply, signal: AbortSignal): Promise<Delivered> {
    const path = join(this.folder, `${reply.key}.eml`);
    if (!(await exists(path))) await this.write(path, await this.eml(reply, signal));
    return { via: 'outbox', path };
  }

  private async eml(reply: Reply, signal: AbortSignal): Promise<Buffer> {
    const composer = createTransport({ streamTransport: true, buffer: true, newline: 'unix' });
    const { message } = await composer.sendMail(mailOf(reply, signal));
    return message as Buffer;
  }

  /** Readers of the folder see the file when it is complete and on the disk. */
  private async write(path: string, content: Buffer): Promise<void> {
    await mkdir(this.folder, { recursive: true });
    const unfinished = join(this.folder, `.${randomUUID()}.tmp`);
    try {
      await using file = await open(unfinished, 'wx');
      await file.writeFile(content);
      await file.sync();
      await rename(unfinished, path);
    } catch (error) {
      await rm(unfinished, { force: true });
      throw error;
    }
  }
}

const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );
