// A library in the process that uses it: the client starts its workflows itself.
import { beside, payloadOf, requesting, type System, type Workload } from '@millrace/bench';
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
  return requesting(AT_ONCE, (run) => workflow(payloadOf(work, run)));
};

async function steps(work: Workload, given: string): Promise<string> {
  const { shape, steps } = work;
  if (shape === 'sequence') {
    let text = given;
    for (let step = 1; step <= steps; step++) {
      const before = text;
      text = await DBOS.runStep(() => Promise.resolve(before), { name: `step${step}` });
    }
    return text;
  }
  const all = Array.from({ length: steps }, (_, n) =>
    DBOS.runStep(() => beside(work, given, n), { name: `step${n + 1}` }),
  );
  await Promise.all(all);
  return given;
}
