import { Field, SURFACES } from './campaign.js';
import { startOnKafka } from './kafka.js';
import { withstands } from './whatever-comes.js';

/** Few attacks of up to thirty records or requests each, with a fixed seed: `npm run fuzz -- --on kafka` looks further. */
const SHORT = { attacks: 3, ms: 60_000 };

const field = new Field(() =>
  startOnKafka({ brokers: process.env['KAFKA_BROKERS']!, database: process.env['DATABASE_URL']! }),
);
beforeAll(() => field.open(), 300_000);
afterAll(() => field.close(), 60_000);

test.each(SURFACES)(
  'on Kafka, whatever comes by %s: a later ordinary run completes, nothing stands still, and no answer is a 500',
  (surface) => withstands(surface, { ...SHORT, field }),
  300_000,
);
