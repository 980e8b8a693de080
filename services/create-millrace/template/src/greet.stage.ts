import { stage, StageFailure } from '@millrace/stage';
import { greet } from './contracts.js';

/** A stage that is a function. `run` has the step's idempotency key, its deadline as a signal, and its log. */
export const greeting = stage(greet, ({ name, language }, run) => {
  if (name.trim() === '') throw new StageFailure('NAME_EMPTY', 'There is nobody to greet.', { retryable: false });
  run.log.info({ language }, 'Greeting.');
  return { text: language === 'de' ? `Hallo ${name}!` : `Hello ${name}!` };
});
