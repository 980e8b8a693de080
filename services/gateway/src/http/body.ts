import type { IncomingMessage, ServerResponse } from 'node:http';
import {
  BLOB_KEY,
  type JsonFault,
  mayMentionBlob,
  mediaTypeOf,
  mentionsForeignBlob,
  readJson,
} from '@millrace/contracts';
import { LargeMail } from '../blobs/large-mail.js';
import { RequestProblem, wrongRoute } from './problems.js';

import { MAIL } from './mail.js';

type Request = IncomingMessage & { body?: unknown };
type Next = (error?: unknown) => void;

/**
 * Express middleware behind a raw body parser: makes JSON of a JSON body, leaves a mail as its bytes, refuses the rest.
 * A content type is required even without a body: a web page cannot send these two to another origin without asking first.
 */
export function readBody(request: Request, _response: ServerResponse, next: Next): void {
  try {
    // A large mail was received before.
    const isReceived = request.body instanceof LargeMail;
    if (request.method !== 'GET' && request.method !== 'HEAD' && !isReceived) request.body = bodyOf(request);
    next();
  } catch (error) {
    next(error);
  }
}

function bodyOf(request: Request): unknown {
  const bytes = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
  const type = mediaTypeOf(request.headers['content-type']);
  // Nothing at all is a mail too, and it is for the pipeline to say what is wrong with it.
  if (type === MAIL) return bytes;
  if (type !== 'application/json' && !/^application\/[\w.-]+\+json$/.test(type)) throw refusedType(request, type);
  if (bytes.length === 0) return undefined;
  const { value, fault } = readJson(bytes, { uniqueKeys: true });
  if (fault) throw bodyProblem(fault);
  // A reference that somebody made up would lead to what belongs to another run.
  if (mayMentionBlob(bytes) && mentionsForeignBlob(value, ''))
    throw new RequestProblem(
      'INVALID_VALUE',
      `The body has the key ${BLOB_KEY}, which is Millrace’s own: send the content.`,
    );
  return value;
}

/** A body that is JSON, and holds something that would be changed on its way, is refused with the place. */
function bodyProblem({ what, pointer, detail }: JsonFault): RequestProblem {
  if (what === 'encoding' || what === 'syntax' || what === 'depth')
    return new RequestProblem('INVALID_JSON', `The body is not JSON that can be read: ${detail}.`);
  return new RequestProblem(
    'INVALID_VALUE',
    `The body cannot be kept as it is, at ${pointer.slice(0, 200) || 'its top'}: ${detail}.`,
    {
      errors: [{ pointer, detail }],
    },
  );
}

/** Returns the refusal of a content type, or of the method where the path does not take that. */
function refusedType(request: Request, type: string): RequestProblem {
  const wrong = wrongRoute(request);
  if (wrong) return wrong;
  const what = type ? `The content type is "${type.slice(0, 100)}"` : 'The request names no content type';
  return new RequestProblem('UNSUPPORTED_CONTENT_TYPE', `${what}: send the header \`content-type: application/json\`.`);
}
