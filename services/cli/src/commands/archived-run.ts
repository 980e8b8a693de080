import { createReadStream } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { type Fact, isRunId } from '@millrace/contracts';
import { CliError, EXIT } from '../exit.js';
import { factLine } from '../output/facts.js';
import { oneLine, type Terminal } from '../output/terminal.js';

/** A run as an archive has it. */
export interface ArchivedRun {
  readonly id: string;
  readonly pipeline: string;
  readonly status: string;
  readonly acceptedAt: number;
  readonly endedAt?: number;
  readonly title?: string;
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly tags: readonly string[];
  readonly facts: readonly Fact[];
}

const FILE = /^runs-\d{4}-\d{2}-\d{2}\.jsonl$/;

/**
 * Returns a run from the files of an archive. The last line of a run counts: a crash may have archived it twice.
 * @throws {CliError} not found
 */
export async function archivedRun(folder: string, id: string): Promise<ArchivedRun> {
  if (!isRunId(id)) throw new CliError(EXIT.usage, `"${id}" is no id of a run: it begins with run_.`);
  const files = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    throw new CliError(EXIT.usage, `The archive ${folder} cannot be read (${error.code ?? 'no code'}).`);
  });
  for (const name of files
    .filter((file) => FILE.test(file))
    .sort()
    .reverse()) {
    let found: string | undefined;
    for await (const line of createInterface({ input: createReadStream(join(folder, name)), crlfDelay: Infinity }))
      if (line.startsWith(`{"id":"${id}"`)) found = line;
    if (found !== undefined) return JSON.parse(found) as ArchivedRun;
  }
  throw new CliError(EXIT.notFound, `${id} is not in the archive ${folder}.`);
}

const timeText = (time: number): string => new Date(time).toISOString();

/** An archived run for people: what it was, and its history. */
export function archivedText(run: ArchivedRun, terminal: Pick<Terminal, 'colours'>): string {
  const { id, status, pipeline, title, acceptedAt, endedAt, facts } = run;
  const found = Object.entries(run.attributes).map(([name, value]) => `${name}=${oneLine(String(value))}`);
  return [
    `${id}  ${status}  archived`,
    `pipeline  ${pipeline}`,
    ...(title === undefined ? [] : [`title     ${oneLine(title)}`]),
    ...(found.length > 0 ? [`found by  ${found.join('  ')}`] : []),
    ...(run.tags.length > 0 ? [`tags      ${run.tags.map(oneLine).join(', ')}`] : []),
    `accepted  ${timeText(acceptedAt)}`,
    ...(endedAt === undefined ? [] : [`ended     ${timeText(endedAt)}`]),
    '',
    ...facts.map((fact) => factLine(fact, acceptedAt, terminal)),
  ].join('\n');
}
