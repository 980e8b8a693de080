import { z } from 'zod';
import type { Classifier } from '../local/classifier.js';
import type { Judged } from '../local/calibration.js';
import type { LabelledText } from '../text/csv.js';
import type { CallOptions } from './answer.js';

const Share = z.number().min(0).max(1);

/** The file that `millrace calibrate` writes: how often a model is right that states a confidence, in rising order of both. */
export const Calibration = z.object({
  kind: z.literal('millrace.calibration'),
  version: z.literal(1),
  /** The name of the model that was measured. */
  model: z.string(),
  points: z.array(z.object({ stated: Share, right: Share })).min(1),
});
export type Calibration = z.infer<typeof Calibration>;

/** Asks a classifier for every example, four at a time. Rejects with the first failure. */
export async function judge(
  classifier: Classifier,
  examples: readonly LabelledText[],
  options: CallOptions,
): Promise<Judged[]> {
  const judged: Judged[] = [];
  const left = examples.values();
  const work = async () => {
    for (const { text, label } of left) {
      const answer = await classifier.classify(text, options);
      judged.push({ confidence: answer.confidence, correct: answer.label === label });
    }
  };
  await Promise.all(Array.from({ length: 4 }, work));
  return judged;
}

/**
 * Fits a rising curve from stated confidences to shares of right answers (pool adjacent violators). One right and one wrong answer are added
 * to each piece, so that a few lucky answers are no certainty.
 */
export function fitCalibration(judged: readonly Judged[], model: string): Calibration {
  const pieces: { stated: number; count: number; right: number }[] = [];
  for (const { confidence, correct } of [...judged].sort((a, b) => a.confidence - b.confidence)) {
    pieces.push({ stated: confidence, count: 1, right: Number(correct) });
    for (;;) {
      const [before, last] = [pieces.at(-2), pieces.at(-1)];
      if (!before || !last) break;
      const isRising = before.right / before.count < last.right / last.count && before.stated < last.stated;
      if (isRising) break;
      const count = before.count + last.count;
      const stated = (before.stated * before.count + last.stated * last.count) / count;
      pieces.splice(-2, 2, { stated, count, right: before.right + last.right });
    }
  }
  const points: { stated: number; right: number }[] = [];
  for (const { stated, count, right } of pieces) {
    points.push({ stated, right: Math.max(points.at(-1)?.right ?? 0, (right + 1) / (count + 2)) });
  }
  return { kind: 'millrace.calibration', version: 1, model, points };
}

/** Returns the share of right answers that a stated confidence stands for: between two points of the curve in a straight line, beyond them as at the last one. */
export function calibrated({ points }: Calibration, stated: number): number {
  const after = points.findIndex((point) => point.stated >= stated);
  const [from, to] = [points[after - 1], points[after]];
  if (!to) return points.at(-1)?.right ?? stated;
  if (!from) return to.right;
  return from.right + ((to.right - from.right) * (stated - from.stated)) / (to.stated - from.stated);
}
