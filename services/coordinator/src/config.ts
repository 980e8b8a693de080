import { z } from 'zod';
import { Archive } from './retention/archive.js';
import type { RetentionOptions } from './retention/retention-loop.js';
import { WebhookType } from '@millrace/contracts';
import { keyOf } from './webhooks/signature.js';
import type { WebhookOptions } from './webhooks/sender.js';
import { RetentionRules } from './retention/rules.js';

const CoordinatorSettings = z.object({
  PIPELINES: z
    .string()
    .optional()
    .transform((text) => text?.split(',').map((name) => name.trim()))
    .refine(
      (names) => names?.every((name) => name !== '') ?? true,
      'expected module names, e.g. @acme/invoices,@acme/claims',
    )
    .describe(
      'Modules whose exports are pipelines, and YAML files, separated by commas, in the place of those of `millrace.config`. A module with `/stages` brings its stages for `npm start`.',
    ),
  MAX_ANSWER_BYTES: z
    .string()
    .regex(/^\d{7,10}$/, 'expected a number of bytes from 1000000 to 9999999999, e.g. 134217728')
    .default('134217728')
    .transform(Number)
    .describe('The most bytes of the records that one record may lead to. A record that asks for more is parked.'),
  MAX_MAP_ITEMS: z
    .string()
    .regex(/^[1-9]\d{0,6}$/, 'expected a number of items from 1 to 9999999, e.g. 100000')
    .default('100000')
    .transform(Number)
    .describe('The most items of a map. A map with more fails as `TOO_MANY_ITEMS`.'),
  INTAKE_KEY_IS_IDEMPOTENT: z
    .enum(['true', 'false'], 'expected true or false')
    .default('false')
    .transform((value) => value === 'true')
    .describe('`true`: the key of a record on `intake` is its idempotency key where no header gives one.'),
  STEP_CACHE_OUTPUTS: z
    .string()
    .regex(/^\d{1,8}$/, 'expected a number of outputs from 0 to 99999999, e.g. 10000')
    .default('10000')
    .transform(Number)
    .describe('The most outputs that are kept to be reused; those that were not used for the longest time go first.'),
  STEP_CACHE_BYTES: z
    .string()
    .regex(/^\d{1,12}$/, 'expected a number of bytes, e.g. 268435456')
    .default('268435456')
    .transform(Number)
    .describe('The most bytes of the outputs that are kept to be reused.'),
  STEP_CACHE_OUTPUT_BYTES: z
    .string()
    .regex(/^[1-9]\d{0,5}$/, 'expected a number of bytes from 1 to 999999, e.g. 262144')
    .default('262144')
    .transform(Number)
    .describe('The most bytes of one output that is kept to be reused. A larger one is not kept.'),
  RETENTION: z
    .string()
    .default('30d')
    .transform((text, context) => {
      const rules = RetentionRules.read(text);
      if (!rules)
        context.addIssue('expected lengths of time, e.g. 30d, or 30d,letters=90d,letters/failed=never,*/completed=7d');
      return rules ?? z.NEVER;
    })
    .describe(
      'The time for which ended runs are kept: for all, by pipeline, by status (`*/failed`), or by both, separated by commas. `never` removes none. Runs that have not ended are never removed.',
    ),
  RETENTION_PER_SECOND: z
    .string()
    .regex(/^[1-9]\d{0,4}$/, 'expected a number of runs from 1 to 99999, e.g. 500')
    .default('500')
    .transform(Number)
    .describe('The most runs that a coordinator removes each second.'),
  ARCHIVE_DIR: z
    .string()
    .optional()
    .describe(
      'A folder to which runs are written as JSON lines before they are removed. `millrace run get RUN --archive` reads it.',
    ),
  WEBHOOK_URL: z
    .url({ protocol: /^https?$/, error: 'expected a URL, e.g. https://hooks.example.com/millrace' })
    .optional()
    .describe('The endpoint to which webhooks are sent; needs `WEBHOOK_SECRET`. Without it none are sent.'),
  WEBHOOK_SECRET: z
    .string()
    .optional()
    .transform((text, context) => {
      const key = text === undefined ? undefined : keyOf(text);
      if (text !== undefined && !key)
        context.addIssue(
          'expected "whsec_" and 24 to 64 bytes in base64, as of: echo whsec_$(openssl rand -base64 32)',
        );
      return key;
    })
    .describe('The secret with which webhooks are signed: `whsec_` and 24 to 64 bytes in base64.'),
  WEBHOOK_EVENTS: z
    .string()
    .default(WebhookType.options.join())
    .transform((text, context) => {
      const { data } = z
        .array(WebhookType)
        .min(1)
        .safeParse(text.split(',').map((name) => name.trim()));
      if (!data) context.addIssue(`expected some of ${WebhookType.options.join(', ')}, separated by commas`);
      return new Set(data);
    })
    .describe('The webhooks that are sent, separated by commas.'),
});

/** Refuses one of the two settings of webhooks without the other. */
export function webhookPair(
  {
    WEBHOOK_URL: url,
    WEBHOOK_SECRET: key,
  }: { readonly WEBHOOK_URL?: string | undefined; readonly WEBHOOK_SECRET?: Uint8Array | undefined },
  context: z.core.$RefinementCtx,
): void {
  if ((url === undefined) === (key === undefined)) return;
  const path = url === undefined ? 'WEBHOOK_URL' : 'WEBHOOK_SECRET';
  context.addIssue({
    code: 'custom',
    path: [path],
    message: 'is missing: WEBHOOK_URL and WEBHOOK_SECRET are needed together',
  });
}

export const CoordinatorConfig = CoordinatorSettings.superRefine(webhookPair);
export type CoordinatorConfig = z.infer<typeof CoordinatorConfig>;

/** Returns the bounds of the cache that the settings state. */
export const cacheOf = ({
  STEP_CACHE_OUTPUTS: outputs,
  STEP_CACHE_BYTES: bytes,
  STEP_CACHE_OUTPUT_BYTES: outputBytes,
}: Pick<CoordinatorConfig, 'STEP_CACHE_OUTPUTS' | 'STEP_CACHE_BYTES' | 'STEP_CACHE_OUTPUT_BYTES'>) => ({
  outputs,
  bytes,
  outputBytes,
});

/** Returns the options of retention that the settings state. */
export const retentionOf = ({
  RETENTION: rules,
  RETENTION_PER_SECOND: perSecond,
  ARCHIVE_DIR: folder,
}: Pick<CoordinatorConfig, 'RETENTION' | 'RETENTION_PER_SECOND' | 'ARCHIVE_DIR'>): RetentionOptions => ({
  rules,
  perSecond,
  archive: folder === undefined ? undefined : new Archive(folder),
});

/** Returns the endpoint of webhooks that the settings state; undefined where they state none. */
export const webhooksOf = ({
  WEBHOOK_URL: url,
  WEBHOOK_SECRET: key,
  WEBHOOK_EVENTS: types,
}: Pick<CoordinatorConfig, 'WEBHOOK_URL' | 'WEBHOOK_SECRET' | 'WEBHOOK_EVENTS'>): WebhookOptions | undefined =>
  url === undefined || key === undefined ? undefined : { url, key, types };
