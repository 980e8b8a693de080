import { topicsOf } from '@millrace/contracts';

/** The topic on which this installation tells of runs that have ended: it has the prefix of the installation that the coordinator or the CLI is set to. */
export const resultsTopic = (env: NodeJS.ProcessEnv = process.env): string =>
  topicsOf(env['TOPIC_PREFIX'] || undefined).results;
