import { defineStage, type Pipeline } from '@millrace/pipeline';
import { loadPlan } from '@millrace/pipeline/engine';
import { documentPlan } from '@millrace/pipeline/yaml';
import { StageFailure } from '@millrace/stage';
import { fake, testEngine } from '@millrace/testing';
import { z } from 'zod';
import { importMachine } from './import.js';

type Work = (input: never) => unknown;

/** Returns what a Task's function throws as the error of that name. */
export const error = (code: string, cause = ''): StageFailure => new StageFailure(code, cause);

/** A state machine as a pipeline, run to its end with functions for its stages; how long it took in its own time. All of it has to be mapped. */
export async function execution(machine: object, input: unknown, works: Readonly<Record<string, Work>> = {}) {
  const { pipeline, unmapped } = importMachine(machine, 'imported');
  expect(unmapped).toEqual([]);
  const plan = documentPlan(pipeline);
  const fail: Work = ({ code, message }: { code: string; message: string }) => {
    throw new StageFailure(code, message, { retryable: false });
  };
  const any = z.unknown();
  const stages = Object.entries({ ...works, fail }).map(([name, work]) =>
    fake(defineStage({ name, input: any, output: any }), work as never),
  );
  await using engine = await testEngine(
    { name: 'imported', plan, loaded: loadPlan(plan) } as unknown as Pipeline,
    stages,
  );
  const begun = engine.clock.now.getTime();
  const run = await (await engine.start(input)).ended();
  const seconds = (engine.clock.now.getTime() - begun) / 1_000;
  return { status: run.status, output: run.output, seconds };
}
