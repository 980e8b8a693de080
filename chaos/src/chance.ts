import { createHash } from 'node:crypto';
import { present } from '@millrace/contracts';

/** Numbers from 0 up to 1 that follow from a seed, so that what went wrong can be made to go wrong again. */
export type Chance = () => number;

export const pick = <T>(chance: Chance, from: readonly T[]): T =>
  present(from[Math.floor(chance() * from.length)], 'value to choose from');

/** A number from 0 up to 1 that follows from a text: the same in every process. */
export const shareOf = (text: string): number => createHash('sha256').update(text).digest().readUInt32BE(0) / 2 ** 32;
