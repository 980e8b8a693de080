import { Client } from './client.js';

test('a run is over when its own result is read', async () => {
  const asked: number[] = [];
  const client: Client = new Client(async (runs) => {
    asked.push(...runs);
    for (const run of runs) client.arrived(run);
  });
  expect(await client.single()).toBeGreaterThanOrEqual(0);
  await client.single();
  expect(asked).toEqual([1, 2]);
});

test('results that come twice are counted, and each run is waited for once', async () => {
  const client: Client = new Client(async (runs) => {
    for (const run of runs) client.arrived(run);
    client.arrived(runs[0]!);
  });
  expect(await client.saturate(3)).toMatchObject({ repeated: 1 });
});
