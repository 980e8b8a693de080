/** The project in a folder cannot be used. The message says which file or module, what is wrong with it, and where. */
export class ProjectError extends Error {
  override readonly name = 'ProjectError';
  /** Told without a stack: it says nothing that the message does not. */
  readonly isExplained = true;
}
