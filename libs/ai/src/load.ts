import { readFile } from 'node:fs/promises';
import { LinearClassifier } from './classifier.js';
import { ModelDataInvalid } from './errors.js';
import { trainFromCsv } from './train.js';

/** A classifier from a file of `millrace train` (`model`) or, where none is given, trained now from a table (`csv`). */
export async function loadClassifier({ model, csv }: { model?: string; csv?: string }): Promise<LinearClassifier> {
  if (model !== undefined) return LinearClassifier.fromJSON(parsed(await readFile(model, 'utf8'), model));
  if (csv !== undefined) return trainFromCsv(await readFile(csv, 'utf8')).classifier;
  throw new ModelDataInvalid('A classifier needs a model file or a CSV to train from, and neither is set.');
}

function parsed(json: string, path: string): unknown {
  try {
    return JSON.parse(json);
  } catch (cause) {
    throw new ModelDataInvalid(`${path} is not JSON: expected a file written by millrace train.`, { cause });
  }
}
