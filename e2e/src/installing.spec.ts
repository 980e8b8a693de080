import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './processes.js';

interface Package {
  readonly optional?: boolean;
  readonly engines?: { readonly node?: string };
  readonly hasInstallScript?: boolean;
}
const jsonOf = (file: string) => JSON.parse(readFileSync(join(ROOT, file), 'utf8')) as never;
const { packages } = jsonOf('package-lock.json') as { packages: Readonly<Record<string, Package>> };
const { allowScripts } = jsonOf('package.json') as { allowScripts: Readonly<Record<string, boolean>> };

/** Says whether a range has a Node 20; the releases of 20 are taken for one. */
const has20 = (range: string): boolean =>
  range.split('||').some((alternative) => {
    const [, sign = '', major] = /^\s*(>=|>|\^|~)?\s*v?(\d+)/.exec(alternative) ?? [];
    return major === undefined || (sign.startsWith('>') ? Number(major) <= 20 : Number(major) === 20);
  });

test('npm ci warns of no package on Node 20', () => {
  const needing = Object.entries(packages).filter(
    ([, { optional, engines }]) => !optional && !has20(engines?.node ?? '*'),
  );
  expect(needing.map(([name]) => name)).toEqual([]);
});

test('npm ci warns of no install script: none is run, and each is known', () => {
  const names = Object.entries(packages).flatMap(([path, { hasInstallScript }]) =>
    hasInstallScript && path !== '' ? [path.replace(/^.*node_modules\//, '')] : [],
  );
  expect(names.filter((name) => allowScripts[name] !== false && name !== 'fsevents')).toEqual([]);
});
