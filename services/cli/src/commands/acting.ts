import type { Command } from 'commander';

export interface ActOptions {
  readonly by?: string;
  readonly reason?: string;
}

/** Adds who does it, and why. */
export const acting = (command: Command): Command =>
  command.option('--by <name>', 'name of the person who acts').option('--reason <text>', 'reason, kept in the history');

export const actOf = ({ by, reason }: ActOptions): ActOptions => ({
  ...(by !== undefined && { by }),
  ...(reason !== undefined && { reason }),
});
