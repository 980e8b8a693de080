import { type ListCost, listCosts } from '@millrace/store/testing';
import { withFilledDatabase } from './filled-database.js';

export interface ListsOptions {
  readonly runs: number;
  /** The number of items of a page. */
  readonly limit: number;
  /** The number of times that each page is read. */
  readonly times: number;
  /** Prints how PostgreSQL reads each page. */
  readonly explain: boolean;
}

/** Fills a database with many runs and prints what each list costs, page by page, the dearest first. */
export async function lists({ runs, times, limit, explain }: ListsOptions): Promise<void> {
  await withFilledDatabase({ name: 'lists', runs }, async ({ url, size }) => {
    process.stdout.write(
      `${runs} runs, ${size}; ${limit} items a page, each page read ${times} times; milliseconds\n\n`,
    );
    print(await listCosts(url, { times, limit }), explain);
  });
}

function print(costs: readonly ListCost[], explain: boolean): void {
  const sorted = costs.toSorted((a, b) => b.p95 - a.p95);
  process.stdout.write('| list | page | least | p50 | p95 | blocks |\n| --- | --- | --- | --- | --- | --- |\n');
  for (const { list, page, least, p50, p95, blocks } of sorted)
    process.stdout.write(
      `| \`${list}\` | ${page} | ${least.toFixed(1)} | ${p50.toFixed(1)} | ${p95.toFixed(1)} | ${blocks} |\n`,
    );
  if (!explain) return;
  for (const { list, page, plan } of sorted) process.stdout.write(`\n${list}, ${page} page:\n\n${plan}\n`);
}
