import { FAILURES, type FailureCode, type ModelGrant } from '@millrace/contracts';

type Refusal = Extract<ModelGrant, { is: 'refused' }>;

/** A call of a model was not made: its quota or its budget does not allow it. */
export class ModelCallRefused extends Error {
  override readonly name = 'ModelCallRefused';
  readonly retryable: boolean;

  constructor(
    readonly code: FailureCode,
    message: string,
    readonly retryAfterMs?: number,
  ) {
    super(message);
    this.retryable = FAILURES[code].kind === 'transient';
  }
}

export function refusalOf({ why, by, retryAfterMs }: Refusal): ModelCallRefused {
  switch (why) {
    case 'too-large':
      return new ModelCallRefused('MODEL_QUOTA_EXCEEDED', `The call is larger than what ${by} allows in its window.`);
    case 'provider-down': {
      const message = `The provider of ${by} has failed several times in a row.`;
      return new ModelCallRefused('MODEL_UNAVAILABLE', message, retryAfterMs);
    }
    case 'budget':
      return new ModelCallRefused('MODEL_BUDGET_SPENT', `The budget ${by} has no room for the call.`);
    case 'budget-cheaper':
      return new ModelCallRefused('MODEL_BUDGET_CHEAPER', `The budget ${by} has no room for a call of this model.`);
    case 'price-unknown':
      return new ModelCallRefused('MODEL_PRICE_UNKNOWN', `The budget ${by} is in money, and the model has no price.`);
  }
}
