// A library in the process that uses it: the client starts its workflows itself.
import { setTimeout as sleep } from 'node:timers/promises';
import { payloadOf, requesting, type System, type Work } from '@millrace/bench';
import { DBOS } from '@dbos-inc/dbos-sdk';

/** Workflows under way at saturation, and connections that they share. */
const AT_ONCE = 100;
const POOL = 20;

export const start: System = async (work, { databaseUrl }, ending) => {
  const workflow = DBOS.registerWorkflow((text: string) => steps(work, text), { name: work.name });
  DBOS.setConfig({
    name: 'bench',
    systemDatabaseUrl: databaseUrl,
    systemDatabasePoolSize: POOL,
    applicationVersion: '1',
    logLevel: 'error',
  });
  await DBOS.launch();
  ending.defer(() => DBOS.shutdown());
  return requesting(AT_ONCE, (run) => workflow(payloadOf(run)));
};

async function steps({ shape, steps, stepMs }: Work, given: string): Promise<string> {
  if (shape === 'sequence') {
    let text = given;
    for (let step = 1; step <= steps; step++) {
      const before = text;
      text = await DBOS.runStep(() => Promise.resolve(before), { name: `step${step}` });
    }
    return text;
  }
  const all = Array.from({ length: steps }, (_, n) =>
    DBOS.runStep(() => sleep(stepMs, given), { name: `step${n + 1}` }),
  );
  return (await Promise.all(all)).at(-1) ?? given;
}
