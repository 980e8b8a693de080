import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const ROOT = new URL('../../../', import.meta.url);

/** A path of the pipeline these models are made for. */
export const supportEmail = (path: string): string => fileURLToPath(new URL(`pipelines/support-email/${path}`, ROOT));

/** A path of the public data beside the checkout, which most clones do not have. */
export const publicData = (path: string): string => fileURLToPath(new URL(`../shared/data/${path}`, ROOT));

/** `test`, or `test.skip` with the reason in the test's name, where public data is missing. */
export function withData(folder: string): (name: string, run: () => Promise<void>) => void {
  const there = existsSync(publicData(folder));
  return (name, run) =>
    there
      ? test(name, run, 300_000)
      : test.skip(`${name} (skipped: ../shared/data/${folder} is not beside this checkout)`, run);
}
