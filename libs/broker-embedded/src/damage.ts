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
