// A library in the process that uses it: the client invokes the graph, each run on a thread of its own.
import { payloadOf, requesting, type System } from '@millrace/bench';
import { PostgresSaver } from '@langchain/langgraph-checkpoint-postgres';
import pg from 'pg';
import { graphOf } from './graph.ts';

/** Runs under way at saturation, and connections that they share. */
const AT_ONCE = 50;
const POOL = 20;

export const start: System = async (work, { databaseUrl }, ending) => {
  const pool = new pg.Pool({ connectionString: databaseUrl, max: POOL });
  ending.defer(() => pool.end());
  const checkpointer = new PostgresSaver(pool);
  await checkpointer.setup();
  const graph = graphOf(work).compile({ checkpointer });
  return requesting(AT_ONCE, async (run) => {
    const config = { configurable: { thread_id: `run-${run}` }, recursionLimit: work.steps + 2 };
    return (await graph.invoke({ text: payloadOf(work, run) }, config)).text;
  });
};
