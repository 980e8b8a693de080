import { z } from 'zod';

/** What a stage of the order pipeline is told besides what every service is told. */
export const StageMainConfig = z.object({ BANK_URL: z.url('expected the address of the bank') });

/** All that a service gets of the harness's own environment: where programs are found, and where compiled code is kept. */
export const inherited = (): NodeJS.ProcessEnv => {
  const { PATH, NODE_COMPILE_CACHE } = process.env;
  return { PATH, ...(NODE_COMPILE_CACHE !== undefined && { NODE_COMPILE_CACHE }) };
};
