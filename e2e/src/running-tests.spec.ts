import { execFile } from 'node:child_process';
import { ROOT } from './processes.js';

/** Runs a file of tools/jest/fixtures as `npm test` runs a test file, with little patience for what is left open. */
async function run(fixture: string, env: NodeJS.ProcessEnv = {}): Promise<{ code: unknown; said: string }> {
  const { default: config } = (await import('../../jest.config.mjs' as string)) as { default: { projects: Project[] } };
  const [unit] = config.projects as [Project];
  const project = {
    ...unit,
    rootDir: ROOT,
    testMatch: ['<rootDir>/tools/jest/fixtures/*.mjs'],
    testEnvironmentOptions: { ...unit.testEnvironmentOptions, graceMs: 300 },
  };
  const jest = ['--experimental-vm-modules', 'node_modules/jest/bin/jest.js', '--runInBand'];
  const args = [...jest, '--config', JSON.stringify(project), fixture];
  return new Promise((resolve) => {
    const options = { cwd: ROOT, env: { PATH: process.env['PATH'], ...env } };
    execFile(process.execPath, args, options, (error, stdout, stderr) =>
      resolve({ code: error?.code ?? 0, said: stdout + stderr }),
    );
  });
}

interface Project {
  readonly testEnvironmentOptions: object;
}

test('a test file that leaves a server open fails, and the run ends all the same', async () => {
  const { code, said } = await run('leaves-a-server-open');
  expect(code).toBe(1);
  expect(said).toContain('This file leaves something open: 1 × TCPServerWrap.');
  expect(said).toContain('Jest did not end within 300 ms of its last test.');
});

test('a random test fails with the same case each time, prints its seed, and another seed can be set', async () => {
  const [one, two, other] = await Promise.all([
    run('fails-by-chance'),
    run('fails-by-chance'),
    run('fails-by-chance', { MILLRACE_SEED: '7' }),
  ]);
  const found = ({ said }: { said: string }) => /\{ seed: (-?\d+), path: "[\d:]+"/.exec(said);
  expect(found(one)?.[0]).toBe(found(two)?.[0]);
  expect([found(one)?.[1], found(other)?.[1]]).toEqual(['20261129', '7']);
});
