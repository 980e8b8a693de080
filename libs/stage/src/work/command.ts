import type { StepCommand } from '@millrace/contracts';

/** Returns the time at which the coordinator sent the command, or the command that led to it by hand-offs. */
export const askedAt = ({ at, asked = at }: StepCommand): number => asked;
