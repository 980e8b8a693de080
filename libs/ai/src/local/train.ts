import { calibrationError, coverageAt, fitTemperature, type HeldOut, type Judged } from './calibration.js';
import { present, seededRandom, shuffle } from '@millrace/contracts';
import { LinearClassifier, UNCLEAR } from './classifier.js';
import { type LabelledText, parseExamples } from '../text/csv.js';
import { ModelDataInvalid } from '../llm/errors.js';
import { countFeatures, Vocabulary, wordsOf } from './features.js';
import { fitSoftmax, score, type Weights } from './softmax-regression.js';

/** The quality of a model on examples that it was not trained on. Shares are 0 … 1. */
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
  /** Measured when first asked for. */
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
    throw new ModelDataInvalid(
      `Training needs at least 2 rows a label and got ${rows.length} for ${labels.length} labels.`,
    );
  }
  const examples = rows.map(({ text, label }) => ({
    text,
    label,
    counts: countFeatures(wordsOf(text)),
    truth: labels.indexOf(label),
  }));
  const folds = holdOut(examples, { labels, seed });
  const temperature = fitTemperature(folds.flatMap(({ scores }) => scores));
  let report: TrainingReport | undefined;
  return {
    classifier: LinearClassifier.of({ labels, temperature, ...fit(examples, { labels, seed }) }),
    get report() {
      return (report ??= reportOn(rows.length, folds, labels));
    },
  };
}

function reportOn(rows: number, folds: readonly Fold[], labels: readonly string[]): TrainingReport {
  const judged = judge(folds, labels);
  return {
    rows,
    labels: labels.filter((label) => label !== UNCLEAR).length,
    heldOut: judged.length,
    accuracy: judged.filter(({ correct }) => correct).length / judged.length,
    calibrationError: calibrationError(judged),
    ...coverageAt(0.8, judged),
  };
}

interface Example extends LabelledText {
  readonly counts: ReadonlyMap<string, number>;
  readonly truth: number;
}
interface Setting {
  readonly labels: readonly string[];
  readonly seed: number;
}
interface Fitted {
  readonly vocabulary: Vocabulary;
  readonly weights: Weights;
}

function fit(examples: readonly Example[], { labels, seed }: Setting): Fitted {
  const large = examples.length > CROSS_VALIDATED;
  const vocabulary = Vocabulary.of(
    examples.map(({ counts }) => counts),
    large ? 4 : 1,
  );
  const prepared = examples.map(({ counts, truth }) => ({ features: vocabulary.features(counts), truth }));
  const weights = fitSoftmax(prepared, {
    features: vocabulary.size,
    classes: labels.length,
    seed,
    epochs: large ? 5 : 8,
    rate: 8,
  });
  return { vocabulary, weights };
}

/** A model, the examples it has never seen, and what it scores them. */
interface Fold extends Fitted {
  readonly unseen: readonly Example[];
  readonly scores: readonly HeldOut[];
}

/** Trains on part of the examples, several times; each label is spread evenly over the folds. */
function holdOut(examples: readonly Example[], setting: Setting): Fold[] {
  const large = examples.length > CROSS_VALIDATED;
  const folds = large ? 10 : 3;
  const order = shuffle(Uint32Array.from(examples.keys()), seededRandom(setting.seed));
  const seen = setting.labels.map(() => 0);
  const foldOf = new Uint8Array(examples.length);
  for (const at of order) {
    const { truth } = present(examples[at], `example ${at}`);
    const nth = seen[truth] ?? 0;
    seen[truth] = nth + 1;
    foldOf[at] = nth % folds;
  }
  return Array.from({ length: large ? 1 : folds }, (_, fold) => {
    const unseen = examples.filter((_, at) => foldOf[at] === fold);
    const fitted = fit(
      examples.filter((_, at) => foldOf[at] !== fold),
      setting,
    );
    return { ...fitted, unseen, scores: unseen.map((example) => scored(example, fitted)) };
  });
}

function scored({ counts, truth }: Example, { vocabulary, weights }: Fitted): HeldOut {
  return { scores: score(weights, vocabulary.features(counts), new Float64Array(weights.classes)), truth };
}

/** Each half is judged at the temperature of the other, so that the report does not grade its own fit. */
function judge(folds: readonly Fold[], labels: readonly string[]): Judged[] {
  return [0, 1].flatMap((half) => {
    const temperature = fitTemperature(folds.flatMap(({ scores }) => everySecond(scores, 1 - half)));
    return folds.flatMap((fold) => {
      const classifier = LinearClassifier.of({ labels, temperature, ...fold });
      return everySecond(fold.unseen, half)
        .filter(({ label }) => label !== UNCLEAR)
        .map(({ text, label }) => {
          const answer = classifier.answer(text);
          return { confidence: answer.confidence, correct: answer.label === label };
        });
    });
  });
}

function everySecond<T>(items: readonly T[], half: number): T[] {
  return items.filter((_, at) => at % 2 === half);
}
