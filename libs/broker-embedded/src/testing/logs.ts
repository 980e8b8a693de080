import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Broker, Incoming } from '@millrace/broker';

/** A directory that is gone when the test is. */
export function temporaryDirectory(): { dir: string } & AsyncDisposable {
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'millrace-log-'));
  return { dir, [Symbol.asyncDispose]: () => fs.promises.rm(dir, { recursive: true, force: true }) };
}

export async function until(what: string, condition: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 60_000;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error(`Not within 60 s: ${what}`);
    await delay(2);
  }
}

export async function everything(broker: Broker, topic: string): Promise<Incoming[]> {
  const records: Incoming[] = [];
  for (let partition = 0; partition < (await broker.partitionsOf(topic)); partition++) {
    records.push(...(await broker.browse({ topic, partition, offset: 0, limit: Infinity })));
  }
  return records;
}

export const values = (records: readonly Incoming[]): string[] => records.map(({ value }) => String(value));

/** The files that hold records, oldest first. */
export function segmentFiles(dir: string): string[] {
  return fs
    .readdirSync(dir)
    .filter((name) => name.endsWith('.log'))
    .sort()
    .map((name) => path.join(dir, name));
}

export const bytesIn = (dir: string): number =>
  segmentFiles(dir).reduce((sum, file) => sum + fs.statSync(file).size, 0);
