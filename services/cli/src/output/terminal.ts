import type { Env } from '../config.js';

/** The surroundings of the command line; a test gives its own. */
export interface Terminal {
  readonly env: Env;
  /** The words with which a person calls the command line here: `npx millrace` where that is how it was started. */
  readonly program?: string;
  /** The folder in which files are looked for. */
  readonly cwd: string;
  /** Data. */
  out(text: string): void;
  /** Words for people. */
  say(text: string): void;
  /** Colours may be used in words, and in data that is shown as a table. */
  readonly colours: boolean;
  stdin(): Promise<Buffer>;
  /** Aborted when the person gives up (Ctrl-C). */
  readonly signal: AbortSignal;
}

export const COLOURS = { green: 32, red: 31, yellow: 33, blue: 34, grey: 90, bold: 1 } as const;
export type Colour = keyof typeof COLOURS;

export const paint = (terminal: Pick<Terminal, 'colours'>, colour: Colour, text: string): string =>
  terminal.colours ? `\u001b[${COLOURS[colour]}m${text}\u001b[0m` : text;

/** Text from elsewhere, without what would steer the terminal: no control characters but line breaks and tabs. */
export const plain = (text: string): string =>
  text.replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, '');

/** The same on one line. */
export const oneLine = (text: string): string => plain(text.replaceAll(/\s+/g, ' ')).trim();

/** A command of this command line, as a person can type it here. */
export const commandOf = ({ program = 'millrace' }: Pick<Terminal, 'program'>, command: string): string =>
  `${program} ${command}`;
