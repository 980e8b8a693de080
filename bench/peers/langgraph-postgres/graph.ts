import { beside, type Workload } from '@millrace/bench';
import { Annotation, END, Send, START, StateGraph } from '@langchain/langgraph';

const State = Annotation.Root({
  text: Annotation<string>,
  /** The number of this step among those that go on side by side. */
  n: Annotation<number>,
  /** The outputs of steps that ran in parallel. */
  given: Annotation<string[]>({ reducer: (before, added) => [...before, ...added], default: () => [] }),
});
type State = typeof State.State;

/** A node for each step where one follows another; else one node that is sent to for each. */
export const graphOf = (work: Workload) => (work.shape === 'sequence' ? chain(work.steps) : fan(work));

function chain(steps: number) {
  const names = Array.from({ length: steps }, (_, n) => `step${n + 1}`);
  const nodes = names.map((name): [string, (state: State) => Promise<Partial<State>>] => [
    name,
    ({ text }) => Promise.resolve({ text }),
  ]);
  return new StateGraph(State).addSequence(nodes).addEdge(START, names[0]!).addEdge(names.at(-1)!, END);
}

function fan(work: Workload) {
  return new StateGraph(State)
    .addNode('step', async ({ text, n }: State) => ({ given: [await beside(work, text, n)] }))
    .addConditionalEdges(START, ({ text }) =>
      Array.from({ length: work.steps }, (_, n) => new Send('step', { text, n })),
    )
    .addEdge('step', END);
}
