import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { loadArticles } from './local/articles.js';
import { Bm25Retriever } from './local/retriever.js';
import { parseExamples } from './text/csv.js';
import { trainFromCsv } from './local/train.js';

/**
 * Prints how the local models do on a folder with `data/intents.csv` and `knowledge/`:
 * `node libs/ai/dist/figures.js pipelines/support-email`.
 */
async function figures(folder: string): Promise<string> {
  const csv = await readFile(join(folder, 'data/intents.csv'), 'utf8');
  const begun = process.cpuUsage();
  const trained = trainFromCsv(csv);
  const { user, system } = process.cpuUsage(begun);
  const { rows, labels, heldOut, accuracy, calibrationError, coverage, precision } = trained.report;
  const articles = await loadArticles(join(folder, 'knowledge'));
  const retriever = new Bm25Retriever(articles);
  const { signal } = new AbortController();
  const asked = parseExamples(csv).flatMap(({ text, label }) =>
    articles.some(({ intents }) => intents.includes(label)) ? [{ text, label }] : [],
  );
  let first = 0;
  for (const { text, label } of asked) {
    const [best] = await retriever.retrieve(text, { signal });
    if (articles.find(({ id }) => id === best?.id)?.intents.includes(label)) first++;
  }
  const share = (n: number) => `${(n * 100).toFixed(1)} %`;
  return [
    `intents     ${rows} rows, ${labels} labels, trained in ${Math.round((user + system) / 1000)} ms of CPU`,
    `            accuracy ${share(accuracy)}, calibration error ${calibrationError.toFixed(3)} (cross-validated, ${heldOut} rows)`,
    `            at confidence 0.8: ${share(coverage)} of mails, ${share(precision)} of them right`,
    `knowledge   ${articles.length} articles; without being told the intent, the first one found is for it in ${share(first / asked.length)} of ${asked.length} mails`,
  ].join('\n');
}

process.stdout.write(`${await figures(process.argv[2] ?? 'pipelines/support-email')}\n`);
