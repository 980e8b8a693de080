import { createHash } from 'node:crypto';
import { present } from '@millrace/contracts';
import { z } from 'zod';
import { Answered, type CallOptions } from '../llm/answer.js';
import { softmax } from './calibration.js';
import { ModelDataInvalid } from '../llm/errors.js';
import { countFeatures, sentencesOf, Vocabulary, wordsOf } from './features.js';
import { score, type Weights } from './softmax-regression.js';

/* Read once: where modules run in a context of their own (Jest), each look at a global costs. */
const { abs, floor, max, min, round } = Math;

const Scored = z.object({ label: z.string(), confidence: z.number().min(0).max(1) });

/** The topic of a text. `confidence` is the chance that `label` is right; `alternatives` are the next best, best first. */
export const Classification = Answered.extend({ ...Scored.shape, alternatives: z.array(Scored) });
export type Classification = z.infer<typeof Classification>;

/** Says what a text is about. */
export abstract class Classifier {
  abstract classify(text: string, options: CallOptions): Promise<Classification>;
}

/** The file `millrace train` writes. Weights are bytes in base64, one scale per feature. */
export const ModelFile = z.object({
  kind: z.literal('millrace.linear-classifier'),
  version: z.literal(1),
  labels: z.array(z.string()).min(2),
  temperature: z.number().positive(),
  unseenIdf: z.number(),
  features: z.array(z.string()),
  idf: z.string(),
  scales: z.string(),
  weights: z.string(),
});
export type ModelFile = z.infer<typeof ModelFile>;

/**
 * The label of examples that nobody can tell the topic of. It is never an answer: the more a text is like them, the less
 * confidence is left for the answers.
 */
export const UNCLEAR = 'unclear';

const ALTERNATIVES = 3;
/** A sentence this sure of another label casts doubt on the whole. */
const RIVAL = 0.8;

/** Softmax regression over words and characters: milliseconds of work, no download, no network. */
export class LinearClassifier extends Classifier {
  private readonly rows: Weights;
  private name?: string;

  readonly labels: readonly string[];

  private constructor(private readonly parts: ClassifierParts) {
    super();
    const { labels, quantised } = parts;
    this.labels = labels;
    this.rows = { classes: labels.length, rows: restored(quantised, labels.length) };
  }

  /** `local-linear@<hash of the model>`. */
  get model(): string {
    return (this.name ??= `local-linear@${createHash('sha256').update(JSON.stringify(this)).digest('hex').slice(0, 12)}`);
  }

  static of({
    weights,
    ...parts
  }: Omit<ClassifierParts, 'quantised'> & { readonly weights: Weights }): LinearClassifier {
    return new LinearClassifier({ ...parts, quantised: quantise(weights) });
  }

  static fromJSON(json: unknown): LinearClassifier {
    const file = ModelFile.safeParse(json);
    if (!file.success) {
      const { path, message } = present(file.error.issues[0], 'issue of the file');
      throw new ModelDataInvalid(
        `This is no classifier file of Millrace: ${path.join('.') || 'the value'}: ${message}`,
      );
    }
    const { labels, features, temperature, unseenIdf, ...encoded } = file.data;
    const idf = floats(encoded.idf);
    const quantised = { scales: floats(encoded.scales), bytes: new Int8Array(Buffer.from(encoded.weights, 'base64')) };
    if (
      idf.length !== features.length ||
      quantised.scales.length !== features.length ||
      quantised.bytes.length !== features.length * labels.length
    ) {
      throw new ModelDataInvalid('This classifier file is damaged: its weights do not match its features and labels.');
    }
    return new LinearClassifier({
      labels,
      vocabulary: new Vocabulary(features, idf, unseenIdf),
      quantised,
      temperature,
    });
  }

  toJSON(): ModelFile {
    return {
      kind: 'millrace.linear-classifier',
      version: 1,
      labels: [...this.labels],
      temperature: this.parts.temperature,
      unseenIdf: this.parts.vocabulary.unseenIdf,
      features: [...this.parts.vocabulary.names],
      idf: base64(this.parts.vocabulary.idf),
      scales: base64(this.parts.quantised.scales),
      weights: base64(this.parts.quantised.bytes),
    };
  }

  async classify(text: string, { signal }: CallOptions): Promise<Classification> {
    signal.throwIfAborted();
    return { ...this.answer(text), model: this.model };
  }

  /** The same as `classify`, at once and unsigned. */
  answer(text: string): Omit<Classification, 'model'> {
    const ranked = this.rank(wordsOf(text));
    const doubt = this.rivalOf(ranked[0].label, text) / 2;
    const [best, ...others] = ranked.map(({ label, confidence }) => ({ label, confidence: confidence * (1 - doubt) }));
    return { ...present(best, 'label of the classifier'), alternatives: others.slice(0, ALTERNATIVES) };
  }

  /** All labels, best first, for a text as a whole. */
  private rank(words: readonly string[]): readonly [Ranked, ...Ranked[]] {
    const features = this.parts.vocabulary.features(countFeatures(words));
    const probabilities = softmax(
      score(this.rows, features, new Float64Array(this.labels.length)),
      this.parts.temperature,
    );
    const trust = min(1, features.known * 2);
    const [best, ...others] = this.labels
      .map((label, k) => ({ label, confidence: (probabilities[k] ?? 0) * trust }))
      .filter(({ label }) => label !== UNCLEAR)
      .sort((a, b) => b.confidence - a.confidence);
    return [present(best, 'label of the classifier'), ...others];
  }

  /** Returns the certainty with which one sentence on its own speaks of something else than the whole: a mail about two things is ambiguous. */
  private rivalOf(label: string, text: string): number {
    const sentences = sentencesOf(text);
    if (sentences.length < 2) return 0;
    const rivals = sentences.map((words) => this.rank(words)[0]).filter((best) => best.label !== label);
    return max(0, ...rivals.map(({ confidence }) => confidence).filter((confidence) => confidence >= RIVAL));
  }
}

interface ClassifierParts {
  readonly labels: readonly string[];
  readonly vocabulary: Vocabulary;
  readonly quantised: Quantised;
  readonly temperature: number;
}

interface Ranked {
  readonly label: string;
  readonly confidence: number;
}

interface Quantised {
  readonly scales: Float32Array;
  readonly bytes: Int8Array;
}

function quantise({ classes, rows }: Weights): Quantised {
  const scales = new Float32Array(rows.length / classes);
  const bytes = new Int8Array(rows.length);
  for (let f = 0; f < scales.length; f++) {
    const row = rows.subarray(f * classes, (f + 1) * classes);
    const top = row.reduce((most, weight) => max(most, abs(weight)), 0);
    scales[f] = top / 127;
    if (top > 0)
      bytes.set(
        Array.from(row, (weight) => round((weight / top) * 127)),
        f * classes,
      );
  }
  return { scales, bytes };
}

function restored({ scales, bytes }: Quantised, classes: number): Float32Array {
  const rows = Float32Array.from(bytes);
  scales.forEach((scale, f) => {
    const row = rows.subarray(f * classes, (f + 1) * classes);
    row.set(row.map((weight) => weight * scale));
  });
  return rows;
}

function base64(numbers: Float32Array | Int8Array): string {
  return Buffer.from(numbers.buffer, numbers.byteOffset, numbers.byteLength).toString('base64');
}

function floats(encoded: string): Float32Array {
  const bytes = Buffer.from(encoded, 'base64');
  const out = new Float32Array(floor(bytes.length / 4));
  for (let i = 0; i < out.length; i++) out[i] = bytes.readFloatLE(i * 4);
  return out;
}
