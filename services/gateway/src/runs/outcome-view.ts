import type { OutcomeView } from '@millrace/contracts/http';
import type { Outcome } from '@millrace/store';
import { timeOf } from './shown.js';

/** Returns an outcome as the API shows it. */
export const outcomeView = ({ id, at, name, value, comment, by }: Outcome): OutcomeView => ({
  ...{ id, at: timeOf(at), name, value },
  ...(comment !== undefined && { comment }),
  ...(by !== undefined && { by }),
});
