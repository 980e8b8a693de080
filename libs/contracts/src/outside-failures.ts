/** A failure of the catalogue. */
export interface FailureEntry {
  readonly kind: 'transient' | 'permanent';
  /** The remedy: begins with what a person should do. */
  readonly remedy: string;
  /** Every attempt fails so until somebody corrects the service's settings: the service is not ready meanwhile. */
  readonly configuration?: true;
}

/** The failures of language models and HTTP endpoints that stages call: a part of `FAILURES`. */
export const OUTSIDE_FAILURES = {
  MODEL_BUSY: {
    kind: 'transient',
    remedy:
      'Wait: the step is tried again when the provider allows it. If it happens often, limit the stage (`millrace stage limit`).',
  },
  MODEL_REFUSED: {
    kind: 'permanent',
    configuration: true,
    remedy:
      'Correct the address, the key or the name of the model (MODEL_URL, MODEL_API_KEY, MODEL_NAME). The stage is not ready until a call succeeds.',
  },
  MODEL_REQUEST_REFUSED: {
    kind: 'permanent',
    remedy:
      'Shorten or change the request: the model refuses it for its length or its content, and would refuse it again.',
  },
  MODEL_TIMEOUT: { kind: 'transient', remedy: 'Raise MODEL_TIMEOUT_MS, or use a faster model.' },
  MODEL_UNAVAILABLE: {
    kind: 'transient',
    remedy: 'Check that the model’s endpoint (MODEL_URL) runs and can be reached.',
  },
  MODEL_ANSWER_INVALID: {
    kind: 'transient',
    remedy:
      'Make the instructions clearer or use another model if it happens often. The step is tried again, then its fallback answers.',
  },
  MODEL_DECLINED: {
    kind: 'permanent',
    remedy:
      'Look at the input of the step and at the raw answer: the model, or a filter of its provider, would not answer. Let a person or another model do it.',
  },
  MODEL_ANSWER_CUT: {
    kind: 'permanent',
    remedy:
      'Ask for less in one answer, or use a model that needs fewer tokens for it: the answer was cut at its greatest length.',
  },
  MODEL_ANSWER_TOO_LARGE: {
    kind: 'permanent',
    remedy: 'Check what answers under MODEL_URL: it sent more than an answer of a model can be.',
  },
  MODEL_PERSON_NEEDED: {
    kind: 'permanent',
    remedy:
      'Do the step’s work as a person: no model of the stage’s route answered, and the route ends with a person. The message says why each failed.',
  },
  MODEL_QUOTA_EXCEEDED: {
    kind: 'permanent',
    remedy:
      'Shorten the call, or raise the quota (`millrace model quota`): it is larger than what the quota allows at once.',
  },
  MODEL_BUDGET_SPENT: {
    kind: 'permanent',
    remedy: 'Raise the budget (`millrace model budget`) and redrive the dead letter.',
  },
  MODEL_BUDGET_CHEAPER: {
    kind: 'permanent',
    remedy: 'Give the step a fallback on MODEL_BUDGET_CHEAPER that does without this model, or raise the budget.',
  },
  MODEL_CALL_UNKNOWN: {
    kind: 'permanent',
    remedy:
      'Ask the provider whether it answered the call that `millrace model calls` lists as unknown, and redrive the dead letter: the call is then made again. `MODEL_UNKNOWN_CALLS=ask` makes such calls again by itself.',
  },
  MODEL_PRICE_UNKNOWN: {
    kind: 'permanent',
    remedy:
      'Add the model to the price table (`millrace model prices`): a budget in money is for it, and its price is unknown.',
  },
  ENDPOINT_BUSY: {
    kind: 'transient',
    remedy: 'Wait: the step is tried again when the endpoint allows it (`Retry-After`).',
  },
  ENDPOINT_UNAVAILABLE: {
    kind: 'transient',
    remedy: 'Check that the endpoint of the HTTP stage runs and can be reached, and read its log.',
  },
  ENDPOINT_TIMED_OUT: {
    kind: 'transient',
    remedy: 'Raise `timeout` of the HTTP stage, or let the endpoint answer 202 and call back later.',
  },
  ENDPOINT_REFUSED: {
    kind: 'permanent',
    remedy: 'Correct the request or the credentials: the endpoint refuses this request, and would refuse it again.',
  },
  ENDPOINT_REDIRECTED: {
    kind: 'permanent',
    configuration: true,
    remedy:
      'Set `url` of the HTTP stage to the address that the endpoint redirects to, if you trust that address: redirects to other hosts are not followed.',
  },
  ENDPOINT_ANSWER_INVALID: {
    kind: 'permanent',
    remedy:
      'Correct the endpoint: it has to answer with JSON that fits the contract, or with problem+json (docs/how-to/http-stages.md).',
  },
  ENDPOINT_ANSWER_TOO_LARGE: {
    kind: 'permanent',
    remedy:
      'Let the endpoint store large content elsewhere and answer with a reference, or raise `maxBytes` of the HTTP stage.',
  },
} as const satisfies Record<string, FailureEntry>;
