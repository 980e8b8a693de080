import { calibrationError, coverageAt, fitTemperature, type HeldOut, type Judged, softmax } from './calibration.js';
import { chance, shuffle } from './chance.js';
import { LinearClassifier, trustIn } from './classifier.js';
import { type LabelledText, parseExamples } from './csv.js';
import { ModelDataInvalid } from './errors.js';
import { countFeatures, Vocabulary, wordsOf } from './features.js';
import { fitSoftmax, score, type Weights } from './softmax-regression.js';

/** What training measured on examples it had not trained on. Shares are 0 … 1. */
export interface TrainingReport {
  readonly rows: number;
  readonly labels: number;
  readonly heldOut: number;
  readonly accuracy: number;
  readonly calibrationError: number;
  /** At confidence 0.8 and above: the share of texts, and how many of those are right. */
  readonly coverage: number;
  readonly precision: number;
}

export interface Trained {
  readonly classifier: LinearClassifier;
  readonly report: TrainingReport;
}

/** Trains from a CSV with columns `text` and `label`; this is what `millrace train` calls. The same table and seed give the same model. */
export function trainFromCsv(csv: string, options: { seed?: number } = {}): Trained {
  return trainClassifier(parseExamples(csv), options);
}

/** Tables up to this many rows are cross-validated; larger ones hold a tenth out once, which is enough and quicker. */
const CROSS_VALIDATED = 3_000;

/** Trains on all rows; confidence and report come from rows held out of trainings of their own. */
export function trainClassifier(rows: readonly LabelledText[], { seed = 1 }: { seed?: number } = {}): Trained {
  const labels = [...new Set(rows.map(({ label }) => label))].sort();
  if (labels.length < 2) throw new ModelDataInvalid(`Training needs at least 2 labels and got ${labels.length}.`);
  if (rows.length < 2 * labels.length) {
    throw new ModelDataInvalid(`Training needs at least 2 rows a label and got ${rows.length} for ${labels.length} labels.`);
  }
  const examples = rows.map(({ text, label }) => ({ counts: countFeatures(wordsOf(text)), truth: labels.indexOf(label) }));
  const heldOut = holdOut(examples, { classes: labels.length, seed });
  const judged = judge(heldOut);
  const { vocabulary, weights } = fit(examples, { classes: labels.length, seed });
  return {
    classifier: LinearClassifier.of({ labels, vocabulary, weights, temperature: fitTemperature(heldOut) }),
    report: {
      rows: rows.length,
      labels: labels.length,
      heldOut: heldOut.length,
      accuracy: judged.filter(({ correct }) => correct).length / judged.length,
      calibrationError: calibrationError(judged),
      ...coverageAt(0.8, judged),
    },
  };
}

interface Example {
  readonly counts: ReadonlyMap<string, number>;
  readonly truth: number;
}
interface Setting {
  readonly classes: number;
  readonly seed: number;
}

function fit(examples: readonly Example[], { classes, seed }: Setting): { vocabulary: Vocabulary; weights: Weights } {
  const large = examples.length > CROSS_VALIDATED;
  const vocabulary = Vocabulary.of(
    examples.map(({ counts }) => counts),
    large ? 4 : 2,
  );
  const prepared = examples.map(({ counts, truth }) => ({ features: vocabulary.features(counts), truth }));
  const weights = fitSoftmax(prepared, {
    features: vocabulary.size,
    classes,
    seed,
    epochs: large ? 5 : 12,
    rate: 8,
    decay: 0,
  });
  return { vocabulary, weights };
}

/** Scores of examples by models that never saw them, each label spread evenly over the folds. */
function holdOut(examples: readonly Example[], setting: Setting): (HeldOut & { trust: number })[] {
  const large = examples.length > CROSS_VALIDATED;
  const folds = large ? 10 : 5;
  const order = shuffle(Uint32Array.from(examples.keys()), chance(setting.seed));
  const seen = new Array<number>(setting.classes).fill(0);
  const foldOf = new Uint8Array(examples.length);
  for (const at of order) foldOf[at] = seen[examples[at]!.truth]!++ % folds;
  const out: (HeldOut & { trust: number })[] = [];
  for (let fold = 0; fold < (large ? 1 : folds); fold++) {
    const { vocabulary, weights } = fit(
      examples.filter((_, at) => foldOf[at] !== fold),
      setting,
    );
    for (const { counts, truth } of examples.filter((_, at) => foldOf[at] === fold)) {
      const features = vocabulary.features(counts);
      out.push({ scores: score(weights, features, new Float64Array(setting.classes)), truth, trust: trustIn(features) });
    }
  }
  return out;
}

/** Each half is judged at the temperature of the other, so that the report does not grade its own fit. */
function judge(heldOut: readonly (HeldOut & { trust: number })[]): Judged[] {
  const halves = [0, 1].map((half) => heldOut.filter((_, at) => at % 2 === half));
  return halves.flatMap((half, which) => {
    const temperature = fitTemperature(halves[1 - which]!);
    return half.map(({ scores, truth, trust }) => {
      const probabilities = softmax(scores, temperature);
      const best = probabilities.indexOf(Math.max(...probabilities));
      return { confidence: probabilities[best]! * trust, correct: best === truth };
    });
  });
}
