import { setTimeout as sleep } from 'node:timers/promises';
import type { Work } from '@millrace/bench';
import { Annotation, END, Send, START, StateGraph } from '@langchain/langgraph';

const State = Annotation.Root({
  text: Annotation<string>,
  /** What steps gave that went on side by side. */
  given: Annotation<string[]>({ reducer: (before, added) => [...before, ...added], default: () => [] }),
});
type State = typeof State.State;

/** A node for each step where one follows another; else one node that is sent to for each. */
export const graphOf = ({ shape, steps, stepMs }: Work) => (shape === 'sequence' ? chain(steps) : fan(steps, stepMs));

function chain(steps: number) {
  const names = Array.from({ length: steps }, (_, n) => `step${n + 1}`);
  const nodes = names.map((name): [string, (state: State) => Promise<Partial<State>>] => [
    name,
    ({ text }) => Promise.resolve({ text }),
  ]);
  return new StateGraph(State).addSequence(nodes).addEdge(START, names[0]!).addEdge(names.at(-1)!, END);
}

function fan(steps: number, stepMs: number) {
  return new StateGraph(State)
    .addNode('step', async ({ text }: State) => ({ given: [await sleep(stepMs, text)] }))
    .addConditionalEdges(START, ({ text }) => Array.from({ length: steps }, () => new Send('step', { text })))
    .addEdge('step', END);
}
