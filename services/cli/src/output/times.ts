import { readTime } from '@millrace/contracts';
import type { Duration } from '@millrace/pipeline';
import { CliError, EXIT } from '../exit.js';

/**
 * Returns when a run is to begin, as RFC 3339; undefined for at once.
 * @throws {CliError} usage, for what is no time, or one that has passed
 */
export async function startAtOf(
  { at, delay }: { readonly at?: string | undefined; readonly delay?: string | undefined },
  now: number,
): Promise<string | undefined> {
  if (at !== undefined && delay !== undefined) throw usage('Give either --at or --delay, not both.');
  if (at !== undefined) return timeOf(at, now);
  return delay === undefined ? undefined : new Date(now + (await lengthOf(delay))).toISOString();
}

function timeOf(at: string, now: number): string {
  const time = readTime(at);
  if (time === undefined)
    throw usage(
      `--at is "${at}": expected a day of the calendar, a time and an offset (RFC 3339), e.g. 2027-01-31T09:00:00Z or 2027-01-31T09:00:00+01:00.`,
    );
  if (time < now) throw usage(`--at is "${at}", which has passed: leave it out to begin at once.`);
  return new Date(time).toISOString();
}

async function lengthOf(delay: string): Promise<number> {
  // Loaded only here, as everywhere in the command line: compiling plans takes the most of its start.
  const [{ PlanError }, { millisecondsOf }] = await Promise.all([
    import('@millrace/pipeline'),
    import('@millrace/pipeline/engine'),
  ]);
  try {
    return millisecondsOf(delay as Duration);
  } catch (error) {
    if (!(error instanceof PlanError)) throw error;
    throw usage(`--delay is ${error.what}: expected e.g. 90s, 30m, 2h or 3d, at most 36500d.`);
  }
}

/**
 * Returns a time that is given as such or as the length of time since then, as RFC 3339.
 * @throws {CliError} usage
 */
export async function timeBack(option: string, given: string | undefined, now: number): Promise<string | undefined> {
  if (given === undefined) return undefined;
  const time = readTime(given);
  if (time !== undefined) return new Date(time).toISOString();
  if (/^\d+(\.\d+)?[a-z]+$/.test(given)) return new Date(Math.max(0, now - (await lengthOf(given)))).toISOString();
  throw usage(`${option} is "${given}": expected a time, e.g. 2026-01-31T09:00:00Z, or how long ago, e.g. 24h.`);
}

/** Returns how long to wait for a run, in seconds: 60 where none are given; undefined where it is not to be waited for. */
export function secondsOf(wait: string | true | undefined): number | undefined {
  if (wait === undefined || wait === true) return wait && 60;
  const seconds = /^\d+(\.\d+)?$/.test(wait) ? Number(wait) : 0;
  if (seconds > 0 && seconds <= 3_153_600_000) return seconds;
  throw usage(`--wait is "${wait}": expected a number of seconds, e.g. 60.`);
}

const usage = (message: string): CliError => new CliError(EXIT.usage, message);
