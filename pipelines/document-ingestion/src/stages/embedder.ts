import { hash } from 'node:crypto';

/** Texts as points: the nearer two of them, the more they are about the same. Put a model behind it. */
export abstract class Embedder {
  abstract embed(text: string, signal: AbortSignal): Promise<readonly number[]>;
}

const SIZE = 64;
const FILLERS = new Set(
  'a an and are as at be by can do does for from how i if in is it my not of on or so that the this to was what when where which who why with you your'.split(
    ' ',
  ),
);

/** Words, without endings, each in one of 64 directions: needs no model, and knows no synonyms. */
export class WordEmbedder extends Embedder {
  embed(text: string): Promise<readonly number[]> {
    const vector = new Array<number>(SIZE).fill(0);
    for (const word of text.toLowerCase().match(/\p{L}+|\p{N}+/gu) ?? []) {
      if (FILLERS.has(word)) continue;
      const digest = hash('sha256', word.replace(/(?<=\w{3})(?:ing|ed|es|s)$/, ''), 'buffer');
      const at = digest.readUInt8(0) % SIZE;
      vector[at] = (vector[at] ?? 0) + (digest.readUInt8(1) % 2 === 0 ? 1 : -1);
    }
    const length = Math.hypot(...vector) || 1;
    return Promise.resolve(vector.map((value) => Math.round((value / length) * 1e4) / 1e4));
  }
}

export const nearness = (a: readonly number[], b: readonly number[]): number =>
  a.reduce((sum, value, i) => sum + value * (b[i] ?? 0), 0);
