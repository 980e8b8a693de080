import { campaign, Field, SURFACES } from './campaign.js';
import { startOnKafka } from './kafka.js';

/** Few attacks of up to thirty records or requests each, with a fixed seed: `npm run fuzz -- --on kafka` looks further. */
const ATTACKS = 3;
const MS = 60_000;

const field = new Field(() =>
  startOnKafka({ brokers: process.env['KAFKA_BROKERS']!, database: process.env['DATABASE_URL']! }),
);
beforeAll(() => field.open(), 300_000);
afterAll(() => field.close(), 60_000);

test.each(SURFACES)(
  'on Kafka, whatever comes by %s: a later ordinary run completes, nothing stands still, and no answer is a 500',
  async (surface) => {
    const lines: string[] = [];
    const { findings, checks } = await campaign({
      ...{ surface, field, seed: 1, attacks: ATTACKS, ms: MS },
      say: (line) => void lines.push(line),
    });
    if (findings.length > 0) throw new Error(lines.join('\n'));
    expect(checks).toBeGreaterThan(0);
  },
  300_000,
);
