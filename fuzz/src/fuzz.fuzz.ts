import { Field, SURFACES } from './campaign.js';
import { startEmbedded } from './embedded.js';
import { withstands } from './whatever-comes.js';

/** Seconds for each surface, with a fixed seed: `npm run fuzz` looks further. */
const SHORT = { attacks: 15, ms: 20_000 };

test.each(SURFACES)(
  'whatever comes by %s: a later ordinary run completes, nothing stands still, no answer is a 500, and memory is bounded',
  async (surface) => {
    await using field = new Field(startEmbedded);
    await withstands(surface, { ...SHORT, field });
  },
  300_000,
);
