import { capped } from '../llm/answer.js';

/* Read once: where modules run in a context of their own (Jest), each look at a global costs. */
const { log, sqrt } = Math;

/** A text as feature numbers and their weights; the weights of known and unknown features together have length 1. */
export interface Features {
  readonly ids: Uint32Array;
  readonly values: Float32Array;
  /** The share of the text's words that the vocabulary knows, 0 for a text without words. */
  readonly known: number;
}

/** The share of a text's length that words and word pairs make; the rest is characters, which forgive typos and endings. */
const WORD_SHARE = 0.4;

const WORDS = 'w'.charCodeAt(0);
const CHARACTERS = 'c'.charCodeAt(0);

const WORD = /[\p{L}\p{M}\p{N}]{1,40}(?:['’][\p{L}]{1,8})?/gu;

/** The words that features are made of: lower case, numbers as one sign, apostrophes unified. At most 1,000. */
export function wordsOf(text: string): string[] {
  const words: string[] = [];
  for (const [match] of capped(text).normalize('NFKC').toLowerCase().matchAll(WORD)) {
    words.push(/^\p{N}+$/u.test(match) ? '#' : match.replace('’', "'"));
    if (words.length === 1_000) break;
  }
  return words;
}

/** The sentences of a text that say enough to be judged on their own: at least 4 words. At most 40. */
export function sentencesOf(words: string): string[][] {
  return capped(words)
    .split(/[.!?\n]+/u)
    .map(wordsOf)
    .filter(({ length }) => length >= 4)
    .slice(0, 40);
}

/** Counts each word (`w:`), pair of neighbouring words (`b:`) and run of 3–5 characters within a word (`c:`). */
export function countFeatures(words: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  const count = (feature: string) => counts.set(feature, (counts.get(feature) ?? 0) + 1);
  words.forEach((word, index) => {
    count(`w:${word}`);
    const next = words[index + 1];
    if (next !== undefined) count(`b:${word} ${next}`);
    const padded = ` ${word} `;
    for (let size = 3; size <= 5; size++) {
      for (let at = 0; at + size <= padded.length; at++) count(`c:${padded.slice(at, at + size)}`);
    }
  });
  return counts;
}

/** The features a model knows, each with how telling it is (inverse document frequency). */
export class Vocabulary {
  private readonly index: ReadonlyMap<string, number>;

  constructor(
    readonly names: readonly string[],
    readonly idf: Float32Array,
    /** The weight a feature gets that training has never seen. */
    readonly unseenIdf: number,
  ) {
    this.index = new Map(names.map((name, id) => [name, id]));
  }

  /** Keeps the features that occur in at least `minDocuments` of the texts. */
  static of(texts: readonly ReadonlyMap<string, number>[], minDocuments: number): Vocabulary {
    const documents = new Map<string, number>();
    for (const counts of texts) for (const name of counts.keys()) documents.set(name, (documents.get(name) ?? 0) + 1);
    const kept = [...documents].filter(([, n]) => n >= minDocuments).sort(([a], [b]) => (a < b ? -1 : 1));
    const idf = (n: number) => log((1 + texts.length) / (1 + n)) + 1;
    return new Vocabulary(
      kept.map(([name]) => name),
      Float32Array.from(kept, ([, n]) => idf(n)),
      idf(minDocuments - 1),
    );
  }

  get size(): number {
    return this.names.length;
  }

  /** Unknown features take their part of the length, so a strange text scores low. */
  features(counts: ReadonlyMap<string, number>): Features {
    const ids: number[] = [];
    const values: number[] = [];
    const isWord: boolean[] = [];
    const squares = { word: 0, chars: 0 };
    let words = 0;
    let knownWords = 0;
    for (const [name, n] of counts) {
      const id = this.index.get(name);
      const kind = name.charCodeAt(0);
      const word = kind !== CHARACTERS;
      const value = (n === 1 ? 1 : 1 + log(n)) * ((id === undefined ? undefined : this.idf[id]) ?? this.unseenIdf);
      squares[word ? 'word' : 'chars'] += value * value;
      if (kind === WORDS) {
        words++;
        if (id !== undefined) knownWords++;
      }
      if (id === undefined) continue;
      ids.push(id);
      values.push(value);
      isWord.push(word);
    }
    const scale = {
      word: sqrt(WORD_SHARE / (squares.word || 1)),
      chars: sqrt((1 - WORD_SHARE) / (squares.chars || 1)),
    };
    return {
      ids: Uint32Array.from(ids),
      values: Float32Array.from(values, (value, i) => value * (isWord[i] ? scale.word : scale.chars)),
      known: words === 0 ? 0 : knownWords / words,
    };
  }
}
