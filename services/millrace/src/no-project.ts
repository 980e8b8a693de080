/** Returns what to say where a command needs a project and there is none. */
export const noProject = (cwd: string): string =>
  `There is no millrace.config.ts in ${cwd} or a folder above it. Make a project with "npm create millrace my-pipelines", or go to the folder of one.`;
