import { beside, type Workload } from '@millrace/bench';
import { type Context, RestatePromise, service } from '@restatedev/restate-sdk';

export const SERVICE = 'runs';

/** The message with which the endpoint's process is started. */
export interface Told {
  readonly work: Workload;
}

export type RunService = ReturnType<typeof serviceFor>;

/** A service that does a run: each step is a durable one of its handler, whose result is in the journal before the next. */
export const serviceFor = (work: Workload) =>
  service({
    name: SERVICE,
    handlers: {
      run: async (ctx: Context, given: string): Promise<string> => {
        const { shape, steps } = work;
        if (shape === 'sequence') {
          let text = given;
          for (let step = 1; step <= steps; step++) {
            const before = text;
            text = await ctx.run(`step${step}`, () => before);
          }
          return text;
        }
        await RestatePromise.all(
          Array.from({ length: steps }, (_, n) => ctx.run(`step${n + 1}`, () => beside(work, given, n))),
        );
        return given;
      },
    },
  });
