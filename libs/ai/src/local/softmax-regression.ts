import { seededRandom, shuffle } from '@millrace/contracts';
import type { Features } from './features.js';

/** Weights of a linear model: one row of `classes` numbers per feature. */
export interface Weights {
  readonly classes: number;
  readonly rows: Float32Array;
}

/** An example for training: a text and the number of its class. */
export interface Example {
  readonly features: Features;
  readonly truth: number;
}

export interface FitOptions {
  readonly features: number;
  readonly classes: number;
  readonly seed: number;
  readonly epochs: number;
  /** Size of the first step; later ones shrink to nothing. */
  readonly rate: number;
}

/* Read once: where modules run in a context of their own (Jest), each look at a global costs. */
const { abs, exp } = Math;

/** Classes already this close to their probability are left alone: most are, after an epoch, and it halves the time. */
const NEGLIGIBLE = 1e-3;

/** Multinomial logistic regression by stochastic gradient descent. The same examples and seed give the same weights. */
export function fitSoftmax(examples: readonly Example[], options: FitOptions): Weights {
  const { features, classes, epochs } = options;
  const weights: Weights = { classes, rows: new Float32Array(features * classes) };
  const { rows } = weights;
  const next = seededRandom(options.seed);
  const order = Uint32Array.from(examples.keys());
  const gradient = new Float64Array(classes);
  const moved = new Uint32Array(classes);
  const steps = epochs * examples.length;
  let step = 0;
  for (let epoch = 0; epoch < epochs; epoch++) {
    shuffle(order, next);
    for (const at of order) {
      const { features: x, truth } = examples[at]!;
      const rate = options.rate * (1 - step++ / steps);
      score(weights, x, gradient);
      toProbabilities(gradient);
      gradient[truth]! -= 1;
      let moves = 0;
      for (let k = 0; k < classes; k++) if (abs(gradient[k]!) > NEGLIGIBLE) moved[moves++] = k;
      for (let i = 0; i < x.ids.length; i++) {
        const base = x.ids[i]! * classes;
        const by = rate * x.values[i]!;
        for (let m = 0; m < moves; m++) rows[base + moved[m]!]! -= by * gradient[moved[m]!]!;
      }
    }
  }
  return weights;
}

/** Adds up what each class gets from the features, into `out`. */
export function score({ classes, rows }: Weights, { ids, values }: Features, out: Float64Array): Float64Array {
  out.fill(0);
  for (let i = 0; i < ids.length; i++) {
    const base = ids[i]! * classes;
    const value = values[i]!;
    for (let k = 0; k < classes; k++) out[k]! += value * rows[base + k]!;
  }
  return out;
}

function toProbabilities(scores: Float64Array): void {
  let top = -Infinity;
  for (let k = 0; k < scores.length; k++) if (scores[k]! > top) top = scores[k]!;
  let sum = 0;
  for (let k = 0; k < scores.length; k++) sum += scores[k] = exp(scores[k]! - top);
  for (let k = 0; k < scores.length; k++) scores[k]! /= sum;
}
