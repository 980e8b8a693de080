// Prints how well the local models do on the data of this folder: npm run figures -w @millrace/support-email, after a build.
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { Bm25Retriever, loadArticles, parseExamples, trainFromCsv } from '@millrace/ai';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const share = (n) => `${(n * 100).toFixed(1)} %`;

const csv = await readFile(here('data/intents.csv'), 'utf8');
const begun = process.cpuUsage();
const trained = trainFromCsv(csv);
const { user, system } = process.cpuUsage(begun);
const { rows, labels, heldOut, accuracy, calibrationError, coverage, precision } = trained.report;
const articles = await loadArticles(here('knowledge'));
const retriever = new Bm25Retriever(articles);
const { signal } = new AbortController();
const asked = parseExamples(csv).filter(({ label }) => articles.some(({ intents }) => intents.includes(label)));
let first = 0;
for (const { text, label } of asked) {
  const [best] = await retriever.retrieve(text, { signal });
  if (articles.find(({ id }) => id === best?.id)?.intents.includes(label)) first++;
}
console.log(
  [
    `intents     ${rows} rows, ${labels} labels, trained in ${Math.round((user + system) / 1000)} ms of CPU`,
    `            accuracy ${share(accuracy)}, calibration error ${calibrationError.toFixed(3)} (cross-validated, ${heldOut} rows)`,
    `            at confidence 0.8: ${share(coverage)} of mails, ${share(precision)} of them right`,
    `knowledge   ${articles.length} articles; without being told the intent, the first one found is for it in ${share(first / asked.length)} of ${asked.length} mails`,
  ].join('\n'),
);
