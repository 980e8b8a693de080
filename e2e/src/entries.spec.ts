import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './processes.js';

interface Manifest {
  readonly exports?: Readonly<Record<string, { millrace?: string; types?: string; default?: string }>>;
}

test('the sources, the types and the code of each entry of a package are of one file', () => {
  const manifests = globSync('{libs,services,services/stages,pipelines,examples}/*/package.json', { cwd: ROOT });
  const faults = manifests.flatMap((file) => {
    const { exports = {} } = JSON.parse(readFileSync(join(ROOT, file), 'utf8')) as Manifest;
    return Object.entries(exports).flatMap(([entry, { millrace: source, types, default: code }]) => {
      const stem = source?.replace(/^\.\/src\//, './dist/').replace(/\.ts$/, '');
      return types === `${stem}.d.ts` && code === `${stem}.js` ? [] : [`${file}: ${entry}`];
    });
  });
  expect(manifests.length).toBeGreaterThan(20);
  expect(faults).toEqual([]);
});
