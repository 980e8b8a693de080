import { followContracts } from '../index.js';
import { aLog } from '../log.fixture.js';

test('the newest contract of a stage counts, whoever begins to follow, and one that cannot be read changes nothing', async () => {
  const log = aLog();
  const announce = (stage: string, value: unknown) => log.write(log.topics.contracts, stage, value);
  announce('draft', { input: {}, output: { type: 'string' } });
  announce('send', { input: {}, output: {} });
  await using contracts = await followContracts(log);
  expect(contracts.get('draft')).toEqual({ input: {}, output: { type: 'string' } });
  announce('draft', { input: { type: 'object' }, output: {}, description: 'Writes a reply.' });
  announce('draft', { input: 'only' });
  announce('send', null);
  expect([contracts.get('draft')?.description, contracts.get('send')]).toEqual(['Writes a reply.', undefined]);
});
