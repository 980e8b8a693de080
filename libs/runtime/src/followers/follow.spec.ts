import type { Incoming } from '@millrace/broker';
import { aLog } from '../log.fixture.js';
import { followCancellations, followContracts, followLimits, followPauses, followPlans } from '../index.js';

const FOLLOWERS = [
  ['plans', followPlans],
  ['limits', followLimits],
  ['pauses', followPauses],
  ['control', followCancellations],
  ['contracts', followContracts],
] as const;

test.each(FOLLOWERS)(
  'a record of %s that cannot be used is logged by its place, once, and counted',
  async (name, follow) => {
    const log = aLog();
    log.write(log.topics.intake, 'a', {});
    await using _followed = await follow(log);
    log.write(log.topics[name], 'secret', '{"secret":');
    const topic = log.topics[name];
    const place = { topic, partition: 0, offset: 1 } satisfies Partial<Incoming>;
    expect(log.lines).toEqual([expect.objectContaining(place)]);
    expect(JSON.stringify(log.lines)).not.toContain('secret');
    expect(await log.telemetry.metricsText()).toContain(`millrace_passed_over_records_total{topic="${topic}"} 1`);
  },
);
