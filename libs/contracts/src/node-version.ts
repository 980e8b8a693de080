// Imported for its effect, before all other imports of an entry: an old Node is told in a sentence, not as a missing global.

/** Disposable stacks came with Node.js 24; services use them everywhere. */
const NEEDED_MAJOR = 24;

/** Returns why Millrace cannot run on a version of Node.js, and what to do; undefined where it can. */
export function nodeTooOld(version: string): string | undefined {
  if (Number(version.split('.')[0]) >= NEEDED_MAJOR) return undefined;
  return `Millrace needs Node.js ${NEEDED_MAJOR} or newer; this is ${version}. Install it from https://nodejs.org or with a version manager, e.g. "nvm install ${NEEDED_MAJOR}", and start again.`;
}

const problem = nodeTooOld(process.versions.node);
if (problem !== undefined) {
  const error = new Error(problem);
  // The sentence alone: where it was thrown says nothing.
  error.stack = `Error: ${problem}`;
  throw error;
}
