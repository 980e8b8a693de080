import type { DeadLetter } from '../commit.js';
import { type Columns, floats, ints, texts } from '../database.js';
import { letterFingerprint } from './letter.js';

/** Returns the rows of letters that are parked. */
export const letterColumns = (letters: readonly DeadLetter[]): Columns => ({
  id: texts(letters.map(({ id }) => id)),
  at: floats(letters.map(({ at }) => at)),
  run: texts(letters.map(({ run }) => run ?? null)),
  pipeline: texts(letters.map(({ pipeline }) => pipeline ?? null)),
  letter: texts(letters.map((letter) => JSON.stringify(letter))),
  stage: texts(letters.map(({ stage }) => stage ?? null)),
  code: texts(letters.map(({ failure }) => failure.code)),
  fingerprint: texts(letters.map(letterFingerprint)),
  redrives: ints(letters.map(({ redrives = 0 }) => redrives)),
});
