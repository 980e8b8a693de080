import { BenchClient, requesting } from './client.js';
import { payloadOf, workNamed } from './works.js';

test('a run is over when its own result is read', async () => {
  const asked: number[] = [];
  const client: BenchClient = new BenchClient(async (runs) => {
    asked.push(...runs);
    for (const run of runs) client.arrived(run);
  });
  expect(await client.single()).toBeGreaterThanOrEqual(0);
  await client.single();
  expect(asked).toEqual([1, 2]);
});

test('results that come twice are counted, and each run is waited for once', async () => {
  const client: BenchClient = new BenchClient(async (runs) => {
    for (const run of runs) client.arrived(run);
    client.arrived(runs[0]!);
  });
  expect(await client.saturate(3)).toMatchObject({ repeated: 1 });
});

test('no more requests are under way than were allowed', async () => {
  let underWay = 0;
  let most = 0;
  const client = requesting(3, async (run) => {
    most = Math.max(most, ++underWay);
    await Promise.resolve();
    underWay--;
    return payloadOf(workNamed('seven-steps'), run);
  });
  expect(await client.saturate(20)).toMatchObject({ repeated: 0 });
  expect(most).toBe(3);
});

test('a request that fails ends the measurement', async () => {
  const client = requesting(1, () => Promise.reject(new Error('no server')));
  await expect(client.saturate(2)).rejects.toThrow('no server');
});
