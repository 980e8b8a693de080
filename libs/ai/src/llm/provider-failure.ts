import { retryAfterOf } from '@millrace/contracts';
import {
  ModelAnswerInvalid,
  ModelAnswerTooLarge,
  ModelBusy,
  ModelError,
  ModelRefused,
  ModelRequestRefused,
  ModelUnavailable,
} from './errors.js';

type Sdk = typeof import('ai');
type Headers = Readonly<Record<string, string>>;

/** Statuses that every request gets until the address, the key, the name of the model or the account is put right. */
const REFUSES_ALL = new Set([401, 402, 403, 404, 405]);
const BUSY = new Set([429, 503, 529]);

/** Returns the error for a provider's failure. Its own words stay in `cause`, as they may repeat the prompt. */
export function failureOf(thrown: unknown, task: string, sdk: Sdk): ModelError {
  const ours = causeOf(thrown, (cause) => cause instanceof ModelError);
  if (ours instanceof ModelAnswerTooLarge) {
    return new ModelAnswerTooLarge(`The model's answer to ${task} is too large: ${ours.message}`);
  }
  if (sdk.NoOutputGeneratedError.isInstance(thrown)) {
    return new ModelAnswerInvalid(`The model gave no answer to ${task}.`);
  }
  if (ours instanceof ModelUnavailable) return new ModelUnavailable(`The model's answer to ${task} broke off.`);
  if (!sdk.APICallError.isInstance(thrown)) {
    if (isUnreadable(thrown, sdk)) return unreadable(task);
    return new ModelUnavailable(`The model could not be asked to ${task}.`, { cause: thrown });
  }
  const { statusCode: status, responseHeaders = {} } = thrown;
  if (status === undefined) return new ModelUnavailable(`The model could not be reached to ${task}.`);
  if (status < 300) return brokenAnswer(thrown, task, sdk);
  return refusal(status, responseHeaders, task);
}

/** Returns the error for a status that is no success. */
export function refusal(status: number, headers: Headers, task: string): ModelError {
  const said = `The model answered ${status} to ${task}`;
  if (BUSY.has(status)) {
    return new ModelBusy(`${said}.`, { retryAfterMs: retryAfter(headers, Date.now()), limits: limitsIn(headers) });
  }
  if (status >= 500 || status === 408) return new ModelUnavailable(`${said}.`);
  if (REFUSES_ALL.has(status)) return new ModelRefused(`${said}: check its address, key and name.`);
  return new ModelRequestRefused(`${said}: it does not take this request.`);
}

/** Returns the error for a success that cannot be read: the connection broke, or the body is not what the API promises. */
function brokenAnswer(thrown: unknown, task: string, sdk: Sdk): ModelError {
  if (isUnreadable(thrown, sdk)) return unreadable(task);
  return new ModelUnavailable(`The model's answer to ${task} broke off.`);
}

const isUnreadable = (thrown: unknown, sdk: Sdk): boolean =>
  causeOf(thrown, (cause) => sdk.JSONParseError.isInstance(cause) || sdk.TypeValidationError.isInstance(cause)) !==
  undefined;

export const unreadable = (task: string) =>
  new ModelAnswerInvalid(`The model's answer to ${task} is not what its API promises.`);

/** Returns the first error in a chain of causes that fits. */
function causeOf(thrown: unknown, fits: (cause: unknown) => boolean): unknown {
  let cause = thrown;
  for (let depth = 0; depth < 8 && cause !== undefined && cause !== null; depth++) {
    if (fits(cause)) return cause;
    cause = (cause as { cause?: unknown }).cause;
  }
  return undefined;
}

/** Returns the headers with which providers tell of rate limits. */
export function limitsIn(headers: Headers): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers)
      .map(([name, value]) => [name.toLowerCase(), value] as const)
      .filter(([name]) => name.startsWith('retry-after') || name.includes('ratelimit'))
      .slice(0, 40),
  );
}

/** Returns the milliseconds of `retry-after-ms`, which some providers send, else of `Retry-After`. */
export function retryAfter(headers: Headers, now: number): number | undefined {
  const ms = Number(headers['retry-after-ms'] ?? Number.NaN);
  if (Number.isFinite(ms) && ms >= 0) return ms;
  return retryAfterOf(headers['retry-after'], now);
}
