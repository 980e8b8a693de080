import { consuming } from './conformance/consuming.js';
import { histories } from './conformance/histories.js';
import { inOrder } from './conformance/in-order.js';
import { lingering } from './conformance/lingering.js';
import { limits } from './conformance/limits.js';
import { ownership } from './conformance/ownership.js';
import { parking } from './conformance/parking.js';
import { publishing } from './conformance/publishing.js';
import { reading } from './conformance/reading.js';
import { Scene, type Harness, type Log, type Promised } from './conformance/scene.js';

export type { Capability, Harness, Log } from './conformance/scene.js';

/** Longer than anything takes on a machine that is busy with other things. */
const PATIENCE_MS = 30_000;

/** Declares a Jest suite in which every sentence of `broker.ts` is a test. Every implementation runs it on itself. */
export function brokerConformance(name: string, harness: Harness): void {
  describe(name, () => {
    let log: Log;
    beforeAll(async () => {
      log = await harness.start();
    }, PATIENCE_MS * 3);
    afterAll(() => log.stop(), PATIENCE_MS * 3);

    const promised: Promised = (sentence, body, needs) => {
      const reason = needs && (harness.cannot?.[needs] ?? harness.cannot?.crash);
      if (reason !== undefined) {
        test.skip(`${sentence} (not here: ${reason})`, () => undefined);
        return;
      }
      const run = async (): Promise<void> => {
        await using scene = new Scene(log, PATIENCE_MS);
        await body(scene);
      };
      test(sentence, run, PATIENCE_MS * 3);
    };

    describe('publishing', () => publishing(promised));
    describe('consuming', () => consuming(promised));
    describe('limits', () => limits(promised));
    describe('ownership', () => ownership(promised));
    describe('consuming in order', () => inOrder(promised));
    describe('lingering', () => lingering(promised));
    describe('parking', () => parking(promised));
    describe('reading', () => reading(promised));
    describe('random histories', () => histories(promised, harness));
  });
}
