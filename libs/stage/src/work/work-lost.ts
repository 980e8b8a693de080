/** The work went to another process, or this one is closing: the record is not answered here, and nothing is wrong with it. */
export class WorkLost extends Error {
  override readonly name = 'WorkLost';
  readonly code = 'WORK_LOST';
}
