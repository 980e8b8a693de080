import { z } from 'zod';

/** The settings of a stage of the order pipeline, beside those of every service. */
export const StageMainConfig = z.object({ BANK_URL: z.url('expected the address of the bank') });

/** All that a service gets of the harness's own environment: where programs are found, and where compiled code is kept. */
export const inherited = (): NodeJS.ProcessEnv => {
  const { PATH, NODE_COMPILE_CACHE } = process.env;
  return { PATH, ...(NODE_COMPILE_CACHE !== undefined && { NODE_COMPILE_CACHE }) };
};
