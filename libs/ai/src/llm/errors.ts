import { cut } from '@millrace/contracts';

/**
 * A model could not answer. `retryable` is the decision: whether the same request may succeed later.
 * The stage runtime reads `code`, `retryable` and `retryAfterMs` and needs no import of this class.
 */
export abstract class ModelError extends Error {
  abstract readonly code: string;
  abstract readonly retryable: boolean;
  /** Milliseconds the provider asked us to wait, when it said so. */
  readonly retryAfterMs?: number;
  /** The provider's headers about rate limits. */
  readonly limits?: Readonly<Record<string, string>>;
  /** The model's own words, at most 4,000 characters of them, where it answered at all. Never part of the message. */
  readonly answer?: string;

  constructor(message: string, options: ModelErrorOptions = {}) {
    super(message, { cause: options.cause });
    this.name = new.target.name;
    if (options.retryAfterMs !== undefined) this.retryAfterMs = options.retryAfterMs;
    if (options.limits !== undefined) this.limits = options.limits;
    if (options.answer !== undefined) this.answer = cut(options.answer, 4_000);
  }
}

export interface ModelErrorOptions {
  readonly cause?: unknown;
  readonly retryAfterMs?: number | undefined;
  readonly limits?: Readonly<Record<string, string>>;
  readonly answer?: string;
}

/** The provider has no capacity for us now (429, 503, 529). */
export class ModelBusy extends ModelError {
  readonly code = 'MODEL_BUSY';
  readonly retryable = true;
}

/** The provider failed or could not be reached (other 5xx, refused or broken connection). */
export class ModelUnavailable extends ModelError {
  readonly code = 'MODEL_UNAVAILABLE';
  readonly retryable = true;
}

/** The model did not answer within `timeoutMs`. */
export class ModelTimeout extends ModelError {
  readonly code = 'MODEL_TIMEOUT';
  readonly retryable = true;
}

/** The provider refuses every request of ours (wrong key, no access, unknown model or address) until a setting is corrected. */
export class ModelRefused extends ModelError {
  readonly code = 'MODEL_REFUSED';
  readonly retryable = false;
}

/** The provider refuses this one request (too long, not allowed): asking again changes nothing. */
export class ModelRequestRefused extends ModelError {
  readonly code = 'MODEL_REQUEST_REFUSED';
  readonly retryable = false;
}

/** The model answered with something that is not what was asked for; asked again, it may well answer better. */
export class ModelAnswerInvalid extends ModelError {
  readonly code = 'MODEL_ANSWER_INVALID';
  readonly retryable = true;
}

/** The model, or a filter of its provider, would not answer this question; asked again, it would not either. */
export class ModelDeclined extends ModelError {
  readonly code = 'MODEL_DECLINED';
  readonly retryable = false;
}

/** The answer reached the most tokens that it may have and was cut there. */
export class ModelAnswerCut extends ModelError {
  readonly code = 'MODEL_ANSWER_CUT';
  readonly retryable = false;
}

/** The provider sent more than an answer can be, and was not listened to any longer. */
export class ModelAnswerTooLarge extends ModelError {
  readonly code = 'MODEL_ANSWER_TOO_LARGE';
  readonly retryable = false;
}

/** No hop of the route answered, and the route ends with a person. */
export class ModelPersonNeeded extends ModelError {
  readonly code = 'MODEL_PERSON_NEEDED';
  readonly retryable = false;
}

/** A model file, training table or article cannot be used; the message names the place and what is expected there. */
export class ModelDataInvalid extends ModelError {
  readonly code = 'MODEL_DATA_INVALID';
  readonly retryable = false;
}
