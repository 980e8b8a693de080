import { BrokerError } from '@millrace/broker';

/** @returns `LOG_DAMAGED`: the file, what is wrong with it, and what to do. */
export function damaged(file: string, what: string, cause?: unknown): BrokerError {
  return new BrokerError(
    'LOG_DAMAGED',
    `The log is damaged: ${file} ${what}. Nothing was changed. Put the directory back from a backup; or, to begin with an ` +
      'empty log and lose what has not been finished, move the directory away.',
    { cause },
  );
}

export function closed(): BrokerError {
  return new BrokerError('BROKER_UNAVAILABLE', 'The log has been closed. Open it again.');
}

/** Returns the code for a failed write: `LOG_FULL` where there is no room, else `BROKER_UNAVAILABLE`. */
export function refusal(dir: string, cause: unknown): BrokerError {
  const { code } = cause as NodeJS.ErrnoException;
  if (code === 'ENOSPC' || code === 'EDQUOT') {
    return new BrokerError(
      'LOG_FULL',
      `There is no room for the log in ${dir}; nothing was written. Free some space: work goes on by itself.`,
      { cause },
    );
  }
  return new BrokerError('BROKER_UNAVAILABLE', `The log in ${dir} cannot be written to (${code ?? String(cause)}).`, {
    cause,
  });
}
