import type { Outgoing } from '@millrace/broker';

/** A question of the fuzzer to the process under attack over Node's IPC channel, in its `advanced` serialization, which keeps bytes. */
export type Question = { readonly id: number } & (
  | { readonly ask: 'publish'; readonly records: readonly Outgoing[] }
  | { readonly ask: 'behind'; readonly pairs: readonly (readonly [group: string, topic: string])[] }
  | { readonly ask: 'read'; readonly topic: string; readonly limit: number }
);

export interface Answer {
  /** The question's; 0 says that the installation is ready. */
  readonly id: number;
  readonly value?: unknown;
  readonly error?: string;
}
