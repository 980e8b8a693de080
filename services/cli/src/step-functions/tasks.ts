import { type Doc, partOf } from './document.js';
import { CannotMap } from './expressions.js';
import type { State } from './machine.js';

type Failed = (error: CannotMap, at: string) => void;

interface Task {
  readonly stage: string;
  readonly input: Doc;
  readonly wrap?: (doc: Doc) => Doc;
}

/** The stage that is to do what a Task does: named after the state. What calls a Lambda function is given its payload alone. */
export function taskOf(name: string, state: State, given: Doc, failed: Failed): Task {
  const resource = String(state['Resource']);
  const stage = name.replaceAll(/[A-Z]+/g, (letters) => `-${letters.toLowerCase()}`).replaceAll(/-+/g, '-');
  if (resource.endsWith('.waitForTaskToken'))
    failed(
      new CannotMap(
        'it waits for a token to be sent back',
        'let the stage pass the run’s id on, and put a `signal` step after it',
      ),
      'Resource',
    );
  if (/:states:::states:startExecution/.test(resource))
    failed(
      new CannotMap('it runs another state machine', 'import that one, and name its file: `run: ./other.yaml`'),
      'Resource',
    );
  if (!resource.includes(':::lambda:invoke')) return { stage, input: given };
  const payload = partOf(given, ['Payload']);
  return { stage, input: payload, wrap: (doc) => ({ Payload: doc }) };
}

interface Retrier {
  readonly ErrorEquals: readonly string[];
  readonly MaxAttempts?: number;
  readonly IntervalSeconds?: number;
  readonly BackoffRate?: number;
  readonly MaxDelaySeconds?: number;
  readonly JitterStrategy?: string;
}

const ANY = ['States.ALL', 'States.TaskFailed'];
/** Failures that pass, which are the ones that a step tries again after anyway. */
const PASSING =
  /^(?:Lambda\.(?:ServiceException|AWSLambdaException|SdkClientException|TooManyRequestsException|ClientExecutionTimeoutException|Unknown)|States\.Timeout)$/;

/** The retrier that is for all errors, else the first. */
export function retryOf(state: State, failed: Failed): { retry?: object } {
  const retriers = (state['Retry'] ?? []) as readonly Retrier[];
  const [first] = retriers;
  if (!first) return { retry: { maxAttempts: 1 } };
  const one = retriers.find(({ ErrorEquals }) => ErrorEquals.some((error) => ANY.includes(error))) ?? first;
  const isForAll = one.ErrorEquals.every((error) => ANY.includes(error) || PASSING.test(error));
  if (retriers.length > 1 || !isForAll)
    failed(
      new CannotMap(
        'retries differ by error; this is one policy for all',
        'a stage says of a failure whether it is worth another attempt',
      ),
      'Retry',
    );
  const { MaxAttempts = 3, IntervalSeconds = 1, BackoffRate = 2, MaxDelaySeconds, JitterStrategy = 'NONE' } = one;
  return {
    retry: {
      maxAttempts: MaxAttempts + 1,
      initial: `${IntervalSeconds}s`,
      factor: BackoffRate,
      max: MaxDelaySeconds === undefined ? '1d' : `${MaxDelaySeconds}s`,
      jitter: JitterStrategy === 'FULL' ? 1 : 0,
    },
  };
}
