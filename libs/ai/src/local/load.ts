import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { LinearClassifier } from './classifier.js';
import { ModelDataInvalid } from '../llm/errors.js';
import { trainFromCsv } from './train.js';

/**
 * A classifier from a file of `millrace train` (`model`) or, where none is given, trained now from a table (`csv`). What
 * was learnt is kept in the file `keep`, where one is named, and read from there as long as the table stays as it is.
 */
export async function loadClassifier(from: { model?: string; csv?: string; keep?: string }): Promise<LinearClassifier> {
  const { model, csv, keep } = from;
  if (model !== undefined) return LinearClassifier.fromJSON(parsed(await readFile(model, 'utf8'), model));
  if (csv === undefined)
    throw new ModelDataInvalid('A classifier needs a model file or a CSV to train from, and neither is set.');
  const table = await readFile(csv, 'utf8');
  if (keep === undefined) return trainFromCsv(table).classifier;
  const of = await identityOf(table);
  const kept = await keptIn(keep, of);
  if (kept) return kept;
  const { classifier } = trainFromCsv(table);
  await keepIn(keep, { of, classifier });
  return classifier;
}

function parsed(json: string, path: string): unknown {
  try {
    return JSON.parse(json);
  } catch (cause) {
    throw new ModelDataInvalid(`${path} is not JSON: expected a file written by millrace train.`, { cause });
  }
}

/** A model follows from its table and from the code that learns, which is what lies beside this file. */
async function identityOf(table: string): Promise<string> {
  const here = fileURLToPath(import.meta.url);
  const sources = (await readdir(dirname(here))).filter((name) => extname(name) === extname(here)).sort();
  const hash = createHash('sha256').update(table);
  for (const name of sources) hash.update(await readFile(`${dirname(here)}/${name}`));
  return hash.digest('hex');
}

async function keptIn(file: string, identity: string): Promise<LinearClassifier | undefined> {
  try {
    const kept = JSON.parse(await readFile(file, 'utf8')) as { of?: unknown; model?: unknown };
    return kept.of === identity ? LinearClassifier.fromJSON(kept.model) : undefined;
  } catch {
    return undefined; // Missing or damaged: learnt anew.
  }
}

/** Whole or not at all, as several processes may do so at once. A folder that cannot be written to costs the time of training. */
async function keepIn(file: string, { of, classifier }: { of: string; classifier: LinearClassifier }): Promise<void> {
  const unfinished = `${file}.${process.pid}.tmp`;
  try {
    await mkdir(dirname(file), { recursive: true });
    await writeFile(unfinished, JSON.stringify({ of, model: classifier }));
    await rename(unfinished, file);
  } catch {
    await rm(unfinished, { force: true }).catch(() => undefined);
  }
}
