import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { EXIT } from './exit.js';
import { SCRIPTS } from './completion/scripts.js';
import { FakeGateway } from './testing/fake-gateway.js';

const RUN = { id: 'run_1', pipeline: 'claims', status: 'running', title: 'Refund', links: {} };

const completed = async (gateway: FakeGateway, words: string): Promise<readonly string[]> => {
  const { out, exit } = await gateway.run(`complete -- ${words}`);
  expect(exit).toBe(EXIT.ok);
  return out.split('\n').filter(Boolean);
};

test('commands, options and choices are completed without a gateway', async () => {
  await using gateway = await FakeGateway.open();
  expect(await completed(gateway, 'dead')).toEqual([expect.stringMatching(/^dead-letter\t/)]);
  expect((await completed(gateway, 'run ca')).map((line) => line.split('\t')[0])).toEqual(['cancel']);
  expect((await completed(gateway, 'run list --st')).map((line) => line.split('\t')[0])).toEqual([
    '--status',
    '--state',
  ]);
  expect(await completed(gateway, 'run list --status fa')).toEqual(['failed']);
  expect(await completed(gateway, 'job start re')).toEqual(['redrive', 'resolve']);
  expect(gateway.asked).toEqual([]);
});

test('ids and names come from the gateway, with what they are', async () => {
  await using gateway = await FakeGateway.open();
  gateway.answers.set('/v1/runs?limit=50', { items: [RUN, { ...RUN, id: 'run_2', title: 'Tab\there' }] });
  gateway.answers.set('/v1/pipelines', { items: [{ name: 'claims' }, { name: 'mails' }] });
  expect(await completed(gateway, 'run get run_')).toEqual(['run_1\trunning Refund', 'run_2\trunning Tab here']);
  expect(await completed(gateway, 'run list --pipeline ma')).toEqual(['mails']);
});

test('a gateway that is away completes nothing, and says nothing', async () => {
  await using gateway = await FakeGateway.open();
  gateway.problems.set('/v1/runs?limit=50', 'INVALID_REQUEST');
  expect(await gateway.run('complete -- run get run_')).toMatchObject({ exit: EXIT.ok, out: '', err: '' });
});

test('a list and one thing are printed as YAML', async () => {
  await using gateway = await FakeGateway.open();
  gateway.answers.set('/v1/runs?limit=50', { items: [RUN] });
  expect((await gateway.run('run list -o yaml')).out).toBe(
    '- id: run_1\n  pipeline: claims\n  status: running\n  title: Refund\n  links: {}\n',
  );
});

test('bash accepts its script, and asks for what stands before the cursor', async () => {
  const script = `millrace() { printf 'run\\twhat\\n'; printf '%s\\n' "$*" >&2; }
${SCRIPTS.bash.replace('2>/dev/null', '')}
COMP_WORDS=(millrace ru); COMP_CWORD=1; _millrace; printf '%s' "\${COMPREPLY[0]}"`;
  const { stdout, stderr } = await promisify(execFile)('bash', ['-c', script]);
  expect([stdout, stderr]).toEqual(['run', 'complete -- ru\n']);
});
