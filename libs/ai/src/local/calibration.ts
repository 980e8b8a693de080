import { present } from '@millrace/contracts';

/* Read once: where modules run in a context of their own (Jest), each look at a global costs. */
const { exp, max } = Math;

/** Probabilities from scores, softened by a temperature above 1 and sharpened by one below. */
export function softmax(scores: ArrayLike<number>, temperature = 1): Float64Array {
  const out = new Float64Array(scores.length);
  let top = -Infinity;
  for (let k = 0; k < scores.length; k++) top = max(top, scores[k] as number);
  let sum = 0;
  for (let k = 0; k < scores.length; k++) sum += out[k] = exp(((scores[k] as number) - top) / temperature);
  for (let k = 0; k < scores.length; k++) out[k] = (out[k] as number) / sum;
  return out;
}

/** Scores of a text the model was not trained on, and the class it really has. */
export interface HeldOut {
  readonly scores: ArrayLike<number>;
  readonly truth: number;
}

/** The temperature under which the held-out truth is most likely (golden-section search on the negative log-likelihood). */
export function fitTemperature(heldOut: readonly HeldOut[]): number {
  const loss = (logT: number) =>
    heldOut.reduce((sum, { scores, truth }) => sum - Math.log((softmax(scores, exp(logT))[truth] ?? 0) + 1e-12), 0);
  const ratio = (Math.sqrt(5) - 1) / 2;
  let low = Math.log(0.05);
  let high = Math.log(20);
  for (let i = 0; i < 25; i++) {
    const a = high - ratio * (high - low);
    const b = low + ratio * (high - low);
    if (loss(a) < loss(b)) high = b;
    else low = a;
  }
  return exp((low + high) / 2);
}

/** An answer's confidence, and whether it was right. */
export interface Judged {
  readonly confidence: number;
  readonly correct: boolean;
}

/** Returns the distance between confidence and the share of right answers, on average over ten bins of confidence (0 is perfect). */
export function calibrationError(judged: readonly Judged[]): number {
  const bins = Array.from({ length: 10 }, () => ({ confidence: 0, correct: 0 }));
  for (const { confidence, correct } of judged) {
    const bin = present(bins[Math.min(9, Math.floor(confidence * 10))], `bin for the confidence ${confidence}`);
    bin.confidence += confidence;
    if (correct) bin.correct++;
  }
  return bins.reduce((sum, bin) => sum + Math.abs(bin.confidence - bin.correct), 0) / Math.max(1, judged.length);
}

/** Returns the share of answers at or above a confidence, and how many of those are right. */
export function coverageAt(threshold: number, judged: readonly Judged[]): { coverage: number; precision: number } {
  const sure = judged.filter(({ confidence }) => confidence >= threshold);
  const right = sure.filter(({ correct }) => correct).length;
  return { coverage: sure.length / Math.max(1, judged.length), precision: sure.length === 0 ? 1 : right / sure.length };
}
