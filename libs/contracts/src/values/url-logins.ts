const CUT = '[redacted]';
/** A URL in running text or in JSON, up to a space, a quote or a backslash. */
const URL_TEXT = /\b([a-z][a-z0-9+.-]{0,20}:\/\/)([^\s"'`<>\\]{1,4000})/gi;
const SECRET =
  '(?:[\\w.-]{0,40}(?:key|token|secret|passw(?:or)?d|passphrase|pwd|pass|credential|signature|sig|auth)[\\w.-]{0,40}|code)';
const SECRET_PARAMETER = new RegExp(`([?&;#]${SECRET}=)[^&;#\\s]*`, 'gi');
/** `name:password@host` where somebody has left out the scheme. */
const BARE_LOGIN = /(^|[\s"'=,])([\w.%+-]{1,100}):(?!\/\/)[^\s"'/@]{1,200}@(?=[\w[])/g;

/**
 * Takes logins and secret query parameters out of every URL in a text: `postgres://ann:s3cret@db/m` is
 * `postgres://[redacted]@db/m`. For whatever prints a URL: logs, errors, the command line. A password that should have been
 * escaped and was not is taken out as well.
 */
export function withoutLogins(text: string): string {
  if (!/[@?#]/.test(text)) return text;
  return text.replace(URL_TEXT, cutUrl).replace(BARE_LOGIN, `$1${CUT}@`);
}

function cutUrl(_: string, scheme: string, rest: string): string {
  return scheme + withoutUser(rest).replaceAll(SECRET_PARAMETER, `$1${CUT}`);
}

function withoutUser(rest: string): string {
  const end = rest.search(/[/?#]/);
  const authority = end < 0 ? rest : rest.slice(0, end);
  const inAuthority = authority.lastIndexOf('@');
  if (inAuthority >= 0) return `${CUT}@${rest.slice(inAuthority + 1)}`;
  // A password with a slash or a question mark in it: what stands before is a name and no port.
  const at = rest.lastIndexOf('@');
  return at > 0 && /^[^:[\]]*:(?!\d{1,5}$)/.test(authority) ? `${CUT}@${rest.slice(at + 1)}` : rest;
}
