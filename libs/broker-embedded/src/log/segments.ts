import fs from 'node:fs';
import path from 'node:path';
import { present } from '@millrace/contracts';
import type { Partition } from './catalog.js';
import { damaged } from '../errors.js';

/** One file of the log. An address is a place in the log as a whole: that of the segment plus the place in its file. */
export interface Segment {
  readonly start: number;
  readonly file: string;
  readonly fd: number;
  length: number;
  /** The time at which its newest record was written. */
  newest: number;
  /** The log says that it may go. */
  dropped: boolean;
  /** The share of each partition in it, as far as is known without reading it. */
  readonly shares: Map<Partition, Share>;
}

export interface Share {
  first: number;
  last: number;
  bytes: number;
}

const KNOWN = 'known-end';
const ROOM = 'room';
const ROOM_BYTES = 256 * 1024;
const NAME = /^(\d{16})\.log$/;

/** The files of the log, oldest first. The last one is written to. */
export class Segments {
  readonly #all: Segment[] = [];

  constructor(readonly dir: string) {
    for (const name of fs.readdirSync(dir).sort()) {
      const start = NAME.exec(name)?.[1];
      if (start !== undefined) this.#all.push(opened(path.join(dir, name), Number(start)));
    }
  }

  get all(): readonly Segment[] {
    return this.#all;
  }

  get active(): Segment {
    return present(this.#all.at(-1), 'segment of the log');
  }

  /** The address at which the next frame will be. */
  get end(): number {
    const last = this.#all.at(-1);
    return last ? last.start + last.length : 0;
  }

  /** Returns true when some more could be written now. Tries it in a file of its own: what a file system says of its room is not all there is to it. */
  hasRoom(): boolean {
    const file = path.join(this.dir, ROOM);
    try {
      fs.writeFileSync(file, Buffer.alloc(ROOM_BYTES));
      return true;
    } catch {
      return false;
    } finally {
      fs.rmSync(file, { force: true });
    }
  }

  get bytes(): number {
    return this.#all.reduce((sum, segment) => sum + segment.length, 0);
  }

  of(address: number): Segment | undefined {
    return this.#all.findLast(({ start }) => start <= address);
  }

  /** The log had reached this address, and it was on the disk: less than that is a damage. */
  get known(): number {
    try {
      return Number(fs.readFileSync(path.join(this.dir, KNOWN), 'utf8')) || 0;
    } catch {
      return 0;
    }
  }

  /** Brings all to the disk, and notes how much it is for the next start. Where it cannot be noted, less is noticed then. */
  noteEnd(): void {
    const file = path.join(this.dir, KNOWN);
    try {
      fs.fdatasyncSync(this.active.fd);
      fs.writeFileSync(`${file}.new`, `${this.end}\n`, { flush: true });
      fs.renameSync(`${file}.new`, file);
    } catch {
      // What was noted before still holds.
    }
  }

  /** Begins a new file. What was written to the last one is on the disk when this returns. */
  roll(): Segment {
    const start = this.end;
    const last = this.#all.at(-1);
    if (last) {
      fs.fdatasyncSync(last.fd);
      this.noteEnd();
    }
    const segment = opened(path.join(this.dir, `${String(start).padStart(16, '0')}.log`), start);
    this.#all.push(segment);
    this.#syncDirectory();
    return segment;
  }

  /** Writes at the end. Where that fails, as on a full disk, nothing of it remains. Survives the end of the process, not that of the machine. */
  append(frame: Buffer): void {
    const segment = this.active;
    try {
      for (let done = 0; done < frame.length;) {
        done += fs.writeSync(segment.fd, frame, done, frame.length - done, segment.length + done);
      }
    } catch (error) {
      try {
        fs.ftruncateSync(segment.fd, segment.length);
      } catch {
        // The next frame is written over what is left; alone it is no frame.
      }
      throw error;
    }
    segment.length += frame.length;
  }

  /** Resolves once what has been written is on the disk. */
  sync(): Promise<void> {
    const { fd } = this.active;
    return new Promise((resolve, reject) => fs.fdatasync(fd, (error) => (error ? reject(error) : resolve())));
  }

  read(address: number, length: number): Buffer {
    const segment = this.of(address);
    const bytes = Buffer.allocUnsafeSlow(length);
    const got = segment ? fs.readSync(segment.fd, bytes, 0, length, address - segment.start) : 0;
    if (!segment || got < length) throw damaged(segment?.file ?? this.dir, 'ends before a record that it held');
    return bytes;
  }

  /** Cuts off the end of the last file. */
  truncate(length: number): void {
    const { fd } = this.active;
    fs.ftruncateSync(fd, length);
    fs.fsyncSync(fd);
    this.active.length = length;
  }

  remove(segment: Segment): void {
    this.#all.splice(this.#all.indexOf(segment), 1);
    fs.closeSync(segment.fd);
    fs.rmSync(segment.file, { force: true });
    this.#syncDirectory();
  }

  close(): void {
    for (const { fd } of this.#all.splice(0)) fs.closeSync(fd);
  }

  #syncDirectory(): void {
    if (process.platform === 'win32') return;
    const fd = fs.openSync(this.dir, 'r');
    try {
      fs.fsyncSync(fd);
    } finally {
      fs.closeSync(fd);
    }
  }
}

function opened(file: string, start: number): Segment {
  const fd = fs.openSync(file, fs.constants.O_RDWR | fs.constants.O_CREAT, 0o600);
  return { start, file, fd, length: fs.fstatSync(fd).size, newest: 0, dropped: false, shares: new Map() };
}

/** Takes note of a chunk that is in the segment. */
export function share(
  segment: Segment,
  partition: Partition,
  chunk: { first: number; last: number; bytes: number; time: number },
): void {
  const known = segment.shares.get(partition);
  if (known) {
    known.first = Math.min(known.first, chunk.first);
    known.last = Math.max(known.last, chunk.last);
    known.bytes += chunk.bytes;
  } else {
    segment.shares.set(partition, { first: chunk.first, last: chunk.last, bytes: chunk.bytes });
  }
  segment.newest = Math.max(segment.newest, chunk.time);
}
