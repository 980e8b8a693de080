import type { IncomingMessage, ServerResponse } from 'node:http';
import { type ArgumentsHost, Catch, type ExceptionFilter, HttpException } from '@nestjs/common';
import { BlobError } from '@millrace/blobs';
import { BrokerError } from '@millrace/broker';
import { detailsOf, readTraceparent } from '@millrace/contracts';
import { problem, type Problem, type ProblemCode } from '@millrace/contracts/http';
import { PlanError } from '@millrace/pipeline';
import { InvalidCursor } from '@millrace/store';
import type { z } from 'zod';
import { methodsOf } from './operations.js';

type Errors = NonNullable<Problem['errors']>;

/** The problem that the caller is answered with. Throw it anywhere below a controller. */
export class RequestProblem extends Error {
  override readonly name = 'RequestProblem';
  readonly problem: Problem;
  readonly headers: Record<string, string>;

  constructor(
    code: ProblemCode,
    detail: string,
    more?: { errors?: Errors; cause?: unknown; headers?: Record<string, string> },
  ) {
    super(detail, { cause: more?.cause });
    this.headers = more?.headers ?? {};
    this.problem = problem(code, detail, more?.errors && { errors: more.errors });
  }
}

/** For a schema that a request does not fit. The pointers lead into the body. */
export function invalidRequest(error: z.ZodError, what = 'body'): RequestProblem {
  const errors = detailsOf(error);
  const [first] = errors;
  return new RequestProblem('INVALID_REQUEST', `The ${what} is not valid: ${first?.pointer || '/'}: ${first?.detail}`, {
    errors,
  });
}

const RETRY_AFTER_SECONDS = '2';

/** Writes a problem; nothing else in the gateway answers with an error. */
export function sendProblem(response: ServerResponse, problem: Problem, headers: Record<string, string> = {}): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  const retry = problem.status === 503 ? { 'retry-after': RETRY_AFTER_SECONDS } : {};
  response.writeHead(problem.status, { 'content-type': 'application/problem+json', ...retry, ...headers });
  response.end(response.req.method === 'HEAD' ? undefined : JSON.stringify(problem));
}

interface Shown {
  readonly log: { error(fields: object, message: string): void };
  readonly pages: {
    /** Makes the page that a person sees whose request to `path` failed. */
    problemAt(path: string, problem: Problem): Promise<string>;
  };
}

/** Turns whatever was thrown into a problem, never a stack: a page for a browser that shows it, JSON for everybody else. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  constructor(private readonly shown: Shown) {}

  async catch(error: unknown, host: ArgumentsHost): Promise<void> {
    const request = host.switchToHttp().getRequest<IncomingMessage>();
    const response = host.switchToHttp().getResponse<ServerResponse>();
    const traceId = traceIdOf(request.headers.traceparent);
    const { problem, headers } = problemOf(error, request);
    if (problem.status >= 500) this.shown.log.error({ err: error, code: problem.code, traceId }, problem.title);
    const told = { ...problem, ...(traceId && { traceId }) };
    const [path = '/'] = (request.url ?? '/').split('?', 1);
    const page = isLookedAt(request) ? await this.shown.pages.problemAt(path, told).catch(() => undefined) : undefined;
    if (page === undefined || response.headersSent) return sendProblem(response, told, headers);
    response.writeHead(told.status, { 'content-type': 'text/html; charset=utf-8', ...headers });
    response.end(request.method === 'HEAD' ? undefined : page);
  }
}

const isLookedAt = ({ method, headers }: IncomingMessage): boolean =>
  (method === 'GET' || method === 'HEAD') && /\btext\/html\b/.test(headers.accept ?? '');

function problemOf(error: unknown, request: IncomingMessage): { problem: Problem; headers?: Record<string, string> } {
  if (error instanceof RequestProblem) return error;
  if (error instanceof PlanError) return { problem: problem('PLAN_REFUSED', error.message) };
  if (error instanceof BrokerError) return { problem: brokerProblem(error) };
  if (error instanceof BlobError) return { problem: blobProblem(error) };
  if (error instanceof InvalidCursor) return { problem: problem('INVALID_CURSOR', error.message) };
  const status = statusOf(error);
  if (status === 404) return wrongRoute(request) ?? { problem: problem('UNKNOWN_ROUTE', 'There is nothing here.') };
  if (status === 413) return { problem: problem('TOO_LARGE', 'The body is larger than this gateway takes.') };
  if (status === 415) return { problem: problem('UNSUPPORTED_CONTENT_TYPE', 'The body’s encoding is not known here.') };
  if (status === 400) return { problem: problem('INVALID_REQUEST', 'The request could not be read.') };
  if (isConnectionLost(error)) return { problem: problem('STORE_UNAVAILABLE', 'The store did not answer.') };
  return { problem: problem('INTERNAL', 'The request could not be carried out.') };
}

function brokerProblem(error: BrokerError): Problem {
  return error.code === 'RECORD_TOO_LARGE'
    ? problem('TOO_LARGE', 'The record would be larger than the broker takes.')
    : problem('BROKER_UNAVAILABLE', 'The broker did not confirm the record. It is not known whether it arrived.');
}

const blobProblem = ({ code, message }: BlobError): Problem =>
  problem(code === 'BLOB_STORE_AWAY' ? 'BLOB_STORE_AWAY' : 'BLOB_UNREADABLE', message);

/** Returns what is wrong with a request whose path does not exist or does not take its method; undefined where it is right. */
export function wrongRoute(request: IncomingMessage): RequestProblem | undefined {
  const path = pathOf(request);
  const methods = methodsOf(path);
  if (methods.length === 0) return new RequestProblem('UNKNOWN_ROUTE', `There is nothing at ${path.slice(0, 200)}.`);
  if (methods.includes(request.method ?? '')) return undefined;
  const allow = methods.join(', ');
  const detail = `${path.slice(0, 200)} takes ${allow}, not ${request.method}.`;
  return new RequestProblem('METHOD_NOT_ALLOWED', detail, { headers: { allow } });
}

export const pathOf = (request: IncomingMessage): string => {
  const [path = '/'] = (request.url ?? '/').split('?', 1);
  return path.length > 1 ? path.replace(/\/+$/, '') || '/' : path;
};

function statusOf(error: unknown): number | undefined {
  if (error instanceof HttpException) return error.getStatus();
  const { status } = (error ?? {}) as { status?: unknown };
  return typeof status === 'number' ? status : undefined;
}

/** Returns true for the errors of Node and of PostgreSQL's driver when the other side is not there. */
function isConnectionLost(error: unknown): boolean {
  if (typeof error !== 'object' || error === null) return false;
  const { code, message, cause } = error as { code?: unknown; message?: unknown; cause?: unknown };
  if (/^(ECONNREFUSED|ECONNRESET|ETIMEDOUT|EPIPE|ENOTFOUND|57P0\d|53300|08\w{3})$/.test(String(code))) return true;
  return /^Connection terminated/.test(String(message)) || isConnectionLost(cause);
}

/** The trace of a W3C traceparent; undefined where it is not one. */
export function traceIdOf(traceparent: unknown): string | undefined {
  if (typeof traceparent !== 'string') return undefined;
  return readTraceparent(traceparent)?.traceId;
}
