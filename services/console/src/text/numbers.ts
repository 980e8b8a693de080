const WHOLE = new Intl.NumberFormat('en');

export const whole = (number: number): string => WHOLE.format(number);

/** Returns a number with its word, which takes an s unless it is one. */
export const count = (number: number, word: string): string => `${whole(number)} ${word}${number === 1 ? '' : 's'}`;
