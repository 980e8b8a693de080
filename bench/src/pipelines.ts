import { setTimeout as sleep } from 'node:timers/promises';
import { present } from '@millrace/contracts';
import { defineStage, type In, pipeline, type Pipeline, type Ref, type StageContract } from '@millrace/pipeline';
import { type AnyStage, Stage, type StageRun } from '@millrace/stage';
import { z } from 'zod';
import type { Workload } from './works.js';

const Payload = z.object({ text: z.string() });
type Payload = z.infer<typeof Payload>;
type Echo = StageContract<typeof Payload, typeof Payload>;

/** A work as Millrace does it. */
export interface Job {
  readonly pipeline: Pipeline;
  readonly stages: readonly AnyStage[];
}

/** A result's text is its run's payload. */
export const Result = z.object({ output: Payload });

export function jobOf(work: Workload): Job {
  switch (work.shape) {
    case 'sequence':
      return sequence(work);
    case 'parallel':
      return parallel(work);
    case 'map':
      return mapped(work);
  }
}

const contractOf = (name: string): Echo => defineStage({ name, input: Payload, output: Payload });

/** Each step has a stage of its own and reads what the one before gave, so the runs are handed off from stage to stage. */
function sequence({ name, steps }: Workload): Job {
  const contracts = Array.from({ length: steps }, (_, n) => contractOf(`no-op-${n + 1}`));
  const chain = pipeline({ name, input: Payload }, ({ input, step }) =>
    contracts.reduce<Ref<Payload>>(
      (before, contract, n) => step(`step${n + 1}`, contract, { text: before.text }),
      input,
    ),
  );
  return { pipeline: chain, stages: contracts.map((contract) => echoing(contract, 0)) };
}

/** One stage, asked for by all steps; the run ends when the last of them has. */
function parallel({ name, steps, stepMs }: Workload): Job {
  const contract = contractOf('pause');
  const fan = pipeline({ name, input: Payload }, ({ input, step }) => {
    const all = Array.from({ length: steps }, (_, n) => step(`step${n + 1}`, contract, { text: input.text }));
    return { text: input.text, last: present(all.at(-1), 'step: a workload has one at least').text };
  });
  return { pipeline: fan, stages: [echoing(contract, stepMs)] };
}

/** The first step makes the list, and one stage is asked for each of its items. */
function mapped({ name, steps }: Workload): Job {
  const split = defineStage({ name: 'split', input: Payload, output: z.object({ items: z.array(z.string()) }) });
  const contract = contractOf('no-op');
  const all = pipeline({ name, input: Payload }, ({ input, step, map }) => {
    const { items } = step('split', split, { text: input.text });
    map('each', items, (text) => step('noOp', contract, { text }));
    return { text: input.text };
  });
  @Stage(split)
  class Split {
    handle() {
      return Promise.resolve({ items: Array.from({ length: steps }, (_, n) => String(n)) });
    }
  }
  return { pipeline: all, stages: [Split, echoing(contract, 0)] };
}

function echoing(contract: Echo, ms: number): AnyStage {
  @Stage(contract)
  class Echoing {
    async handle({ text }: In<Echo>, run: StageRun): Promise<Payload> {
      if (ms > 0) await sleep(ms, undefined, { signal: run.signal });
      return { text };
    }
  }
  return Echoing;
}
