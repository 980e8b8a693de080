import { present } from '@millrace/contracts';
import { z } from 'zod';

const States = z.record(
  z.string(),
  z.lazy((): z.ZodType<State> => State),
);

/** A state, so far as it is read; every field that is not known is told of. */
export const State = z.looseObject({
  Type: z.enum(['Task', 'Choice', 'Parallel', 'Map', 'Wait', 'Pass', 'Fail', 'Succeed']),
  Next: z.string().optional(),
  End: z.boolean().optional(),
  QueryLanguage: z.enum(['JSONPath', 'JSONata']).optional(),
});
export type State = z.infer<typeof State>;

export const StateMachine = z.looseObject({
  Comment: z.string().optional(),
  QueryLanguage: z.enum(['JSONPath', 'JSONata']).optional(),
  StartAt: z.string(),
  States,
});
export type StateMachine = z.infer<typeof StateMachine>;

/** Returns the states that a state may lead to: by its choice, by its catchers, and the one after it. */
export function nextOf(state: State): readonly string[] {
  const rules = (state['Choices'] ?? []) as readonly { Next?: string }[];
  const catchers = (state['Catch'] ?? []) as readonly { Next?: string }[];
  const all = [...rules, ...catchers].map(({ Next }) => Next);
  return [...all, state['Default'] as string | undefined, state.Next].filter((name) => name !== undefined);
}

/** The states that can be reached, each after all that lead to it; ways back are left out, and told of. */
export function orderOf(
  { StartAt, States }: StateMachine,
  back: (from: string, to: string) => void,
): readonly string[] {
  const ended: string[] = [];
  const open = new Set<string>();
  const visit = (name: string): void => {
    open.add(name);
    for (const next of new Set(nextOf(present(States[name], `state "${name}"`)))) {
      if (open.has(next)) back(name, next);
      else if (States[next] && !ended.includes(next)) visit(next);
    }
    open.delete(name);
    ended.push(name);
  };
  if (States[StartAt]) visit(StartAt);
  return ended.reverse();
}

/** Fields that a pipeline has nothing for, and what to do instead. */
export const FOREIGN: Readonly<Record<string, string>> = {
  ItemReader: 'read the list in a stage before, and map over what it gives',
  ItemBatcher: 'let the stage before make a list of batches',
  ResultWriter: 'write in a stage after it',
  HeartbeatSeconds: 'a stage needs none: its deadline is `timeout`',
  TimeoutSecondsPath: 'write `timeout`',
  Credentials: 'a stage has its own',
};
