// What runs in Temporal's sandbox.
import { proxyActivities } from '@temporalio/workflow';
import type { Workload } from '@millrace/bench';
import type { Activities } from './activities.ts';

const { step } = proxyActivities<Activities>({ startToCloseTimeout: '1 minute' });

export async function run({ shape, steps, stepMs }: Workload, given: string): Promise<string> {
  if (shape === 'sequence') {
    let text = given;
    for (let n = 0; n < steps; n++) text = await step(text, stepMs);
    return text;
  }
  const all = Array.from({ length: steps }, (_, n) => step(shape === 'map' ? String(n) : given, stepMs));
  await Promise.all(all);
  return given;
}
