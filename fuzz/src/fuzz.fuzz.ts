import { campaign, Field, SURFACES } from './campaign.js';
import { startEmbedded } from './embedded.js';

/** Seconds for each surface, with a fixed seed: `npm run fuzz` looks further. */
const ATTACKS = 15;
const MS = 20_000;

test.each(SURFACES)(
  'whatever comes by %s: a later ordinary run completes, nothing stands still, no answer is a 500, and memory is bounded',
  async (surface) => {
    await using field = new Field(startEmbedded);
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
