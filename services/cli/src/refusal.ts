import { type MillraceError, MillraceProblem, MillraceUnreachable } from '@millrace/client';
import { CliError, EXIT, type ExitCode } from './exit.js';
import { remedyHere } from './output/remedies.js';

/** Says where a person's file has what a pointer into the request names. */
export type PlaceOf = (pointer: string) => string | undefined;

const EXITS: Readonly<Record<number, ExitCode>> = {
  401: EXIT.auth,
  403: EXIT.auth,
  404: EXIT.notFound,
  408: EXIT.timeout,
  409: EXIT.notAllowedNow,
  503: EXIT.noConnection,
  504: EXIT.timeout,
};

/** Turns what went wrong between here and the gateway into the command's end: words that say what to do, and an exit code. */
export function endOf(error: MillraceError, placeOf: PlaceOf = () => undefined): CliError {
  const ended = (exit: ExitCode, lines: readonly string[]) => new CliError(exit, lines.join('\n'), { cause: error });
  if (error instanceof MillraceProblem) return ended(EXITS[error.status] ?? EXIT.error, problemText(error, placeOf));
  if (error instanceof MillraceUnreachable)
    return ended(EXIT.noConnection, [
      error.message,
      'Start it here with:   npx millrace dev',
      'Is it elsewhere?      set MILLRACE_URL, or pass --url',
    ]);
  if (error.code === 'INVALID_NAME')
    return ended(EXIT.usage, [`${error.message} Give the one that the matching "list" command shows.`]);
  return ended(EXIT.error, [`${error.message} Check the URL; the command "doctor" tells more.`]);
}

function problemText({ code, message, errors }: MillraceProblem, placeOf: PlaceOf): string[] {
  // The pipeline that is not there has been named.
  const told = code === 'UNKNOWN_PIPELINE' ? [] : errors;
  const [first] = told;
  const named = told.map(({ pointer, detail }) => `  ${placed(placeOf(pointer))}${nameOf(pointer)} ${detail}`);
  const remedy = remedyHere(code);
  return [first ? `${withoutFirst(message, first.detail)}:` : message, ...named, ...(remedy === '' ? [] : [remedy])];
}

const placed = (place: string | undefined): string => (place === undefined ? '' : `${place} `);

/** `/input/lines/0/text` as a person writes it: `input.lines[0].text`. */
const nameOf = (pointer: string): string =>
  pointer
    .slice(1)
    .split('/')
    .map((part) => (/^\d+$/.test(part) ? `[${part}]` : `.${part.replaceAll('~1', '/').replaceAll('~0', '~')}`))
    .join('')
    .replace(/^\./, '') || 'it';

/** Returns the text without its first line: what is wrong stands below, field by field. */
const withoutFirst = (text: string, first: string): string =>
  (text.endsWith(first) ? text.slice(0, -first.length).replace(/:\s*\S*:?\s*$/, '') : text).replace(/\.$/, '');
