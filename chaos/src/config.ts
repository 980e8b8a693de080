import { z } from 'zod';

/** What a stage of the order pipeline is told besides what every service is told. */
export const StageMainConfig = z.object({ BANK_URL: z.url('expected the address of the bank') });

/** Where programs are found: all that a service gets of the harness's own environment. */
export const programPath = (): string => process.env['PATH'] ?? '';
