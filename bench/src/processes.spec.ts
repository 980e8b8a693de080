import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { processesUnder, usedBetween } from './processes.js';

// Only Linux has /proc; elsewhere the benchmark leaves these columns out.
const here = process.platform === 'linux' ? test : test.skip;

here('the processor time of a child is found under its parent, by the name it was given', async () => {
  const work =
    "process.on('message', () => { for (const end = process.cpuUsage().user + 2e5; process.cpuUsage().user < end;); process.send('done'); }); process.send('up');";
  const child = spawn(process.execPath, ['-e', work, 'worker'], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  await once(child, 'message');
  const before = processesUnder(process.pid, process.pid);
  child.send('work');
  await once(child, 'message');
  const used = usedBetween(before, processesUnder(process.pid, process.pid));
  child.kill();
  await once(child, 'exit');
  const worker = used.find(({ name }) => name === 'worker');
  expect(worker?.cpuMs).toBeGreaterThanOrEqual(190);
  expect(worker?.memoryMb).toBeGreaterThan(10);
});

test('processes of one name are one, and one that has begun meanwhile counts whole', () => {
  const of = (cpuMs: number) => ({ name: 'PostgreSQL', cpuMs, memoryMb: 10 });
  const before = new Map([[1, of(100)]]);
  const after = new Map([
    [1, of(150)],
    [2, of(30)],
  ]);
  expect(usedBetween(before, after)).toEqual([{ name: 'PostgreSQL', cpuMs: 80, memoryMb: 20 }]);
});
