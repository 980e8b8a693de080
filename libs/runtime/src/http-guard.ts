import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';

/** The names under which a server may be asked. */
export interface Site {
  /** The address it was told to listen on. */
  readonly host: string;
  /** `PUBLIC_URL`: where people and programs reach it, as origins: `https://millrace.example.com`. */
  readonly publicUrls?: readonly string[] | undefined;
}

export interface Refusal {
  readonly code: 'UNKNOWN_HOST' | 'CROSS_SITE';
  readonly detail: string;
}

type Head = Pick<IncomingMessage, 'method' | 'url' | 'headers' | 'rawHeaders'>;

/** Headers of every answer, whatever it is: a page of another site can neither frame nor embed it, nor hold on to its window. */
export const SITE_HEADERS: Readonly<Record<string, string>> = {
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cache-control': 'no-store',
  'cross-origin-resource-policy': 'same-origin',
  'cross-origin-opener-policy': 'same-origin',
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
};

/**
 * Refuses what a web page of somebody else makes a browser send. Undefined: the request may be answered.
 *
 * A page whose own name was pointed at this server (DNS rebinding) gives itself away by `Host`: names have to be known.
 * An IP address cannot be pointed elsewhere, so every address is taken; probes and scrapers use them. The port is not
 * compared: a forwarded port is another one here, and a name that is known is known on all its ports.
 *
 * A page of another origin gives itself away by `Origin` or `Sec-Fetch-Site`. A request with neither is not a browser's.
 */
export function refusalOf(request: Head, site: Site): Refusal | undefined {
  const host = hostOf(request);
  if (typeof host === 'object') return host;
  const origin = originOf(`http://${host}`);
  if (origin === undefined || !isKnown(nameIn(host), site)) {
    const detail = `"${host.slice(0, 100)}" is not a name of this server: use localhost or an IP address, or list the name in PUBLIC_URL.`;
    return { code: 'UNKNOWN_HOST', detail };
  }
  if (!isOthers(request, [origin, ...(site.publicUrls ?? [])])) return undefined;
  return { code: 'CROSS_SITE', detail: 'A page of another origin made the request.' };
}

function hostOf({ url, headers, rawHeaders }: Head): string | Refusal {
  if (!url?.startsWith('/'))
    return { code: 'UNKNOWN_HOST', detail: 'The request line has to hold a path; a whole URL is for a proxy.' };
  const times = rawHeaders.filter((name, at) => at % 2 === 0 && name.toLowerCase() === 'host').length;
  if (times === 1 && headers.host) return headers.host.toLowerCase();
  return { code: 'UNKNOWN_HOST', detail: 'The request has to have one header `Host`.' };
}

const HOST = /^(?:\[([0-9a-f:.]+)\]|([a-z0-9_-]+(?:\.[a-z0-9_-]+)*)\.?)(?::\d{1,5})?$/;

/** The name or address in a `Host`, without brackets, port and closing dot. */
function nameIn(host: string): string | undefined {
  const [, address, name] = HOST.exec(host) ?? [];
  return address ?? name;
}

/** An origin as browsers write it, without a closing dot; undefined where the text is none, as `null` is. */
export function originOf(text: string): string | undefined {
  if (!URL.canParse(text)) return undefined;
  const { protocol, host } = new URL(text);
  return /^https?:$/.test(protocol) ? `${protocol}//${host.replace(/\.(?=:|$)/, '')}` : undefined;
}

function isKnown(name: string | undefined, { host, publicUrls = [] }: Site): boolean {
  if (name === undefined) return false;
  if (name === 'localhost' || isIP(name) !== 0) return true;
  return [nameIn(host.toLowerCase()), ...publicUrls.map((url) => nameIn(new URL(url).host))].includes(name);
}

function isOthers({ method, headers }: Head, ours: readonly string[]): boolean {
  const { origin, 'sec-fetch-site': from, 'sec-fetch-mode': mode, 'sec-fetch-dest': target } = headers;
  if (origin !== undefined && !ours.includes(originOf(origin) ?? '')) return true;
  if (from === undefined || from === 'same-origin' || from === 'none') return false;
  // Somebody followed a link to here.
  return !(method === 'GET' && mode === 'navigate' && target === 'document');
}
