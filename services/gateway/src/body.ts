import type { IncomingMessage, ServerResponse } from 'node:http';
import { RequestProblem, wrongRoute } from './problems.js';

type Request = IncomingMessage & { body?: unknown };
type Next = (error?: unknown) => void;

export const MAIL = 'message/rfc822';
const UTF8 = new TextDecoder('utf-8', { fatal: true });

const mediaTypeOf = (request: IncomingMessage): string =>
  (request.headers['content-type'] ?? '').split(';', 1)[0]!.trim().toLowerCase();

/** Text of bytes that are UTF-8; undefined where they are not. A byte order mark is not part of it. */
export function textOf(bytes: Uint8Array): string | undefined {
  try {
    return UTF8.decode(bytes);
  } catch {
    return undefined;
  }
}

/**
 * Express middleware behind a raw body parser: makes JSON of a JSON body, leaves a mail as its bytes, refuses the rest.
 * A content type is required even without a body: a web page cannot send these two to another origin without asking first.
 */
export function readBody(request: Request, _response: ServerResponse, next: Next): void {
  try {
    if (request.method !== 'GET' && request.method !== 'HEAD') request.body = bodyOf(request);
    next();
  } catch (error) {
    next(error);
  }
}

function bodyOf(request: Request): unknown {
  const bytes = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
  const type = mediaTypeOf(request);
  // Nothing at all is a mail too, and it is for the pipeline to say what is wrong with it.
  if (type === MAIL) return bytes;
  if (type !== 'application/json' && !/^application\/[\w.-]+\+json$/.test(type)) throw refusedType(request, type);
  if (bytes.length === 0) return undefined;
  const text = textOf(bytes);
  if (text === undefined) throw new RequestProblem('INVALID_JSON', 'The body is not UTF-8.');
  if (deeperThan(DEEPEST, text))
    throw new RequestProblem('INVALID_JSON', `The body is nested deeper than ${DEEPEST} levels.`);
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw new RequestProblem('INVALID_JSON', 'The body cannot be parsed as JSON.');
  }
}

/** Where the path does not take the method, that is the first thing to say. */
function refusedType(request: Request, type: string): RequestProblem {
  const wrong = wrongRoute(request);
  if (wrong) return wrong;
  const what = type ? `The content type is "${type.slice(0, 100)}"` : 'The request names no content type';
  return new RequestProblem('UNSUPPORTED_CONTENT_TYPE', `${what}: send the header \`content-type: application/json\`.`);
}

/** Deeper values would exhaust the stack of whoever walks them. */
const DEEPEST = 200;

function deeperThan(most: number, json: string): boolean {
  let depth = 0;
  let inString = false;
  for (let at = 0; at < json.length; at++) {
    const char = json.charCodeAt(at);
    if (inString) {
      if (char === BACKSLASH) at++;
      else if (char === QUOTE) inString = false;
    } else if (char === QUOTE) inString = true;
    else if (char === BRACE || char === BRACKET) {
      if (++depth > most) return true;
    } else if (char === BRACE + 2 || char === BRACKET + 2) depth--;
  }
  return false;
}

const [QUOTE, BACKSLASH, BRACE, BRACKET] = [0x22, 0x5c, 0x7b, 0x5b];
