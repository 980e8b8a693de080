import type { Consumption, Standstill } from '@millrace/broker';

/** The error codes of a full disk, from PostgreSQL and from the system. */
const FULL = new Set<string | undefined>(['53100', 'ENOSPC', 'EDQUOT', 'LOG_FULL']);

/** Says which partitions of these consumptions stand still, and why: a reason for not being ready. Undefined where all move on. */
export function standstillOf(consumptions: readonly Pick<Consumption, 'still'>[]): string | undefined {
  const still = consumptions.flatMap((consumption) => consumption.still);
  const [first] = still;
  if (!first) return undefined;
  const more = still.length > 1 ? `, and ${still.length - 1} more` : '';
  return `${placeOf(first)} stands still${more}: ${reasonOf(first)}`;
}

const placeOf = ({ topic, partition, offset }: Standstill): string =>
  `partition ${partition} of ${topic}${offset === undefined ? '' : ` (offset ${offset})`}`;

function reasonOf({ error, code, cause, failures }: Standstill): string {
  if (FULL.has(code) || FULL.has(cause)) return 'there is no room on the disk';
  const what = [error, code, cause].filter((one) => one !== undefined).join(', ');
  return `${failures} failures in a row (${what})`;
}
