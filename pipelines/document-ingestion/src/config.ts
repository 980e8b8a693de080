/** The topic on which this installation tells of runs that have ended: it has the prefix that the coordinator, or the CLI that deploys, is set to. */
export const resultsTopic = (env: NodeJS.ProcessEnv = process.env): string =>
  `${env['TOPIC_PREFIX'] || 'millrace.'}results`;
