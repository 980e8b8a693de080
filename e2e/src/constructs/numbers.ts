/** 0, 1, 2, … so many. */
export const upTo = (count: number): number[] => Array.from({ length: count }, (_, i) => i);

export const sumOfPowers = (count: number, power: number): number =>
  upTo(count).reduce((sum, n) => sum + n ** power, 0);
