import { withoutLogins } from '@millrace/contracts';

const CUT = '[redacted]';
const SECRET = 'password|passwd|passphrase|secret|token|api[-_]?key|authorization|cookie|credential|private[-_]?key';
/** A JSON field, at any depth, whose name says that its text is a secret. */
const FIELD = new RegExp(`("[^"\\\\]{0,80}(?:${SECRET})[^"\\\\]{0,80}":)"(?:[^"\\\\]|\\\\.)*"`, 'gi');
/** The same in running text: `password=…`, `api_key: …`. */
const ASSIGNED = new RegExp(`\\b([\\w-]{0,40}(?:${SECRET})[\\w-]{0,40}\\s*[=:]\\s*)[^\\s"',;&}]+`, 'gi');
const BEARER = /\b(Bearer|Basic)\s+[\w.~+/=-]{6,}/gi;
/** Keys as the larger providers issue them. */
const ISSUED = /\b(?:sk|pk|ghp|gho|xox[abp]|AKIA)[-_]?[A-Za-z0-9_-]{16,}/g;

/** Text without what looks like a secret: credentials in URLs, bearer tokens, assigned passwords and keys. */
export function redact(text: string): string {
  return withoutLogins(text).replace(BEARER, `$1 ${CUT}`).replace(ISSUED, CUT).replace(ASSIGNED, `$1${CUT}`);
}

/** The same for a line of JSON; stays JSON. */
export function redactLine(line: string): string {
  return withoutLogins(line).replace(FIELD, `$1"${CUT}"`).replace(BEARER, `$1 ${CUT}`).replace(ISSUED, CUT);
}
