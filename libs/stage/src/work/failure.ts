import { cut, detailsOf, failure, type Failure, FAILURES, type FailureKind, LONGEST_MS } from '@millrace/contracts';
import { redact } from '@millrace/telemetry';
import { HttpException } from '@nestjs/common';
import { RpcException } from '@nestjs/microservices';
import { z } from 'zod';

export interface StageFailureOptions {
  readonly cause?: unknown;
  /** Default: as the catalogue has the code, else `transient`. */
  readonly kind?: FailureKind | undefined;
  /** The same in other words. */
  readonly retryable?: boolean | undefined;
  /** Not to be tried again before so many milliseconds. */
  readonly retryAfterMs?: number | undefined;
  readonly details?: Failure['details'];
  /** The answers of models are the reason: the next attempt asks them again. Without it, the next attempt takes the answers that this one paid for. */
  readonly asksModelsAgain?: boolean | undefined;
}

/**
 * Thrown by a stage to say what went wrong and whether trying again helps. `code` is from the catalogue or the stage's own,
 * in SCREAMING_SNAKE_CASE; the message is stored and shown, so it holds no payload.
 */
export class StageFailure extends Error {
  override readonly name = 'StageFailure';
  readonly kind: FailureKind;
  readonly retryAfterMs: number | undefined;
  readonly details: Failure['details'];
  readonly asksModelsAgain: boolean;

  constructor(
    readonly code: string,
    message: string,
    options: StageFailureOptions = {},
  ) {
    super(message, 'cause' in options ? { cause: options.cause } : undefined);
    this.kind = options.kind ?? kindOf(code, options.retryable);
    this.retryAfterMs = options.retryAfterMs;
    this.details = options.details;
    this.asksModelsAgain = options.asksModelsAgain ?? false;
  }
}

const MESSAGE_LIMIT = 2_000;
/** The most characters kept of an error's message whose author did not know that it would be stored. */
const FOREIGN_LIMIT = 500;
const CODE = /^[A-Z][A-Z0-9_]{0,63}$/;

/** Returns the failure for what a handler threw, as it travels and is stored. */
export function failureOf(thrown: unknown): Failure {
  if (thrown instanceof StageFailure) return said(thrown);
  if (thrown instanceof z.ZodError) {
    return failure('STAGE_THREW', 'The stage threw a ZodError: something it read did not fit its schema.', {
      details: detailsOf(thrown),
    });
  }
  const refused = refusal(thrown);
  if (refused) return refused;
  if (saysRetryable(thrown)) return said({ ...thrown, message: textOf(thrown) });
  return failure('STAGE_THREW', foreign(thrown));
}

interface Said {
  readonly code?: unknown;
  readonly kind?: FailureKind | undefined;
  readonly retryable?: boolean | undefined;
  readonly retryAfterMs?: unknown;
  readonly message: string;
  readonly details?: Failure['details'];
}

/** Errors of other libraries that carry the decision (`retryable`), known by their shape. */
function saysRetryable(thrown: unknown): thrown is Said {
  return typeof thrown === 'object' && thrown !== null && typeof (thrown as Said).retryable === 'boolean';
}

function said({ code, kind, retryable, retryAfterMs, message, details }: Said): Failure {
  const known = typeof code === 'string' && CODE.test(code) ? code : 'STAGE_THREW';
  const after = typeof retryAfterMs === 'number' && retryAfterMs >= 0 ? Math.ceil(retryAfterMs) : undefined;
  return {
    code: known,
    kind: kind ?? kindOf(known, retryable),
    message: cut(redact(message), MESSAGE_LIMIT),
    ...(after !== undefined && { retryAfterMs: Math.min(after, LONGEST_MS) }),
    ...(details && { details: details.slice(0, 20).map(detailAsText) }),
  };
}

const detailAsText = ({ pointer, detail }: { pointer: unknown; detail: unknown }) => ({
  pointer: cut(String(pointer), 1_000),
  detail: cut(String(detail), 1_000),
});

/** A guard's or a pipe's no, in Nest's words: the same command gets it again. */
function refusal(thrown: unknown): Failure | undefined {
  if (thrown instanceof HttpException) {
    const status = thrown.getStatus();
    if (status >= 500 || [408, 425, 429].includes(status)) return failure('STAGE_THREW', foreign(thrown));
    return failure('STAGE_REFUSED', foreign(thrown));
  }
  return thrown instanceof RpcException ? failure('STAGE_REFUSED', foreign(thrown)) : undefined;
}

function kindOf(code: string, retryable: boolean | undefined): FailureKind {
  if (retryable !== undefined) return retryable ? 'transient' : 'permanent';
  return (FAILURES as Record<string, { kind: FailureKind }>)[code]?.kind ?? 'transient';
}

const textOf = (thrown: unknown): string => (thrown instanceof Error ? thrown.message : String(thrown));

const QUOTED = /(["'`])(?:(?!\1)[^\n]){25,}\1/g;
const ADDRESS = /[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}/g;
const LONG_NUMBER = /(?:\d[ -]?){9,}/g;

/** The message of an error from anywhere may quote what it was about (a parser's does): long quotes, addresses and numbers are cut out. */
function foreign(thrown: unknown): string {
  const name = thrown instanceof Error ? thrown.name : typeof thrown;
  const text = textOf(thrown).slice(0, FOREIGN_LIMIT * 4);
  const safe = redact(text).replace(QUOTED, '[cut]').replace(ADDRESS, '[cut]').replace(LONG_NUMBER, '[cut]');
  return cut(`${name}: ${safe}`, FOREIGN_LIMIT);
}

/** Returns the stack frames of an error without its message, which may quote what the work was about. */
export function framesOf(thrown: unknown): readonly string[] {
  const stack = thrown instanceof Error ? (thrown.stack ?? '') : '';
  return stack
    .split('\n')
    .filter((line) => /^\s+at /.test(line))
    .slice(0, 8)
    .map((line) => line.trim());
}

const ANSWER_LIMIT = 4_000;

/** Returns the answer of a model that an error carries, in a form that can be stored; nothing where it carries none. */
export function rawAnswerOf(thrown: unknown): { answer?: string } {
  const answer = (thrown as { answer?: unknown } | null | undefined)?.answer;
  if (typeof answer !== 'string' || answer === '') return {};
  return { answer: cut(answer.slice(0, ANSWER_LIMIT).toWellFormed().replaceAll('\0', ''), ANSWER_LIMIT) };
}
