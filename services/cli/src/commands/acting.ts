import type { Command } from 'commander';

export interface ActOptions {
  readonly by?: string;
  readonly reason?: string;
}

/** Adds who does it, and why. */
export const acting = (command: Command): Command =>
  command.option('--by <name>', 'who does it').option('--reason <text>', 'why');

export const actOf = ({ by, reason }: ActOptions): ActOptions => ({
  ...(by !== undefined && { by }),
  ...(reason !== undefined && { reason }),
});
