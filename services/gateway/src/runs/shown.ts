import { type Failure, remedyOf } from '@millrace/contracts';
import type { FailureView } from '@millrace/contracts/http';

/** Writes a time as views have it: RFC 3339, in UTC. */
export const timeOf = (at: number): string => new Date(at).toISOString();

/** Adds to a failure what to do about it. */
export const failureView = (failure: Failure): FailureView => ({ ...failure, remedy: remedyOf(failure.code) });
