import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const MODULE = fileURLToPath(new URL('./small-heap.ts', import.meta.url));
/** Makes a hundred megabytes of objects of which the last thousand are alive, and prints the young generation's size in MB. */
const PROGRAM = `
  import { getHeapSpaceStatistics } from 'node:v8';
  const alive = [];
  for (let i = 0; i < 3_000_000; i++) {
    alive.push({ i, list: [i] });
    if (alive.length > 200_000) alive.splice(0, 100_000);
  }
  console.log(getHeapSpaceStatistics().find((it) => it.space_name === 'new_space').space_size / 1024 / 1024);
`;

const youngMb = (before: string): number =>
  Number(execFileSync(process.execPath, ['--input-type=module', '-e', before + PROGRAM], { encoding: 'utf8' }));

test('a process that asked for a small heap keeps a smaller young generation than V8 alone lets it grow to', () => {
  expect(youngMb(`await import(${JSON.stringify(MODULE)});`)).toBeLessThan(youngMb(''));
});
