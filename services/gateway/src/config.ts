import { type Env, readSettings } from '@millrace/runtime';
import { z } from 'zod';
import type { TopicSettings } from './topics/topic-settings.js';

/** The settings that only the gateway has. */
export const GatewayEnvironment = z.object({
  MAX_BODY_BYTES: z
    .string()
    .regex(/^[1-9]\d{0,9}$/, 'expected a number of bytes, e.g. 1048576')
    .transform(Number)
    .optional()
    .describe(
      'The most bytes of a request’s body. Unless set, 1048576; for a request that starts a run, where there is a blob store, 104857600.',
    ),
  JAEGER_URL: z
    .string()
    .refine(
      (text) => URL.canParse(text) && /^https?:/.test(text),
      'expected the URL of Jaeger’s page, e.g. http://localhost:16686',
    )
    .optional()
    .describe('The address of Jaeger’s page. A run in the console links to its trace there.'),
  READ_ONLY: z
    .enum(['true', 'false'])
    .transform((text) => text === 'true')
    .optional()
    .describe(
      'true: the gateway shows everything and changes nothing. Put such a gateway before people who may look but not act.',
    ),
  SHOWN_TOPICS: z
    .string()
    .transform((text) => text.split(',').map((name) => name.trim()))
    .refine(
      (names) => names.every((name) => /^[\w.-]{1,249}$/.test(name)),
      'expected names of topics with commas between',
    )
    .optional()
    .describe('Names of topics, with commas, that the gateway shows beside those of its TOPIC_PREFIX.'),
  RECORD_CONTENT: z
    .enum(['shown', 'hidden'])
    .optional()
    .describe(
      'hidden: the gateway shows the places, sizes and types of records on topics, and no key, value or header. `shown` unless set.',
    ),
  CALLBACK_KEY: z
    .string()
    .min(32, 'expected at least 32 characters, the same as the HTTP stages’, e.g. from: openssl rand -hex 32')
    .optional()
    .describe('The key that signs callbacks of HTTP stages. Use the same value for the bridge.'),
});

export interface GatewaySettings extends TopicSettings {
  /** The key that signs the tokens of callbacks; without it nobody can answer by one. */
  readonly callbackKey: string | undefined;
  /** The largest body of a request. */
  readonly maxBodyBytes: number | undefined;
  /** Jaeger's own page, to link to traces. */
  readonly jaegerUrl: string | undefined;
  /** The gateway refuses whatever would change something. */
  readonly readOnly: boolean | undefined;
}

/**
 * The gateway's own settings.
 * @throws {ConfigError} with all problems at once
 */
export function gatewaySettings(env: Env): GatewaySettings {
  const read = readSettings(GatewayEnvironment, env, 'gateway');
  const { MAX_BODY_BYTES, JAEGER_URL, READ_ONLY, CALLBACK_KEY, SHOWN_TOPICS = [], RECORD_CONTENT = 'shown' } = read;
  return {
    maxBodyBytes: MAX_BODY_BYTES,
    jaegerUrl: JAEGER_URL,
    readOnly: READ_ONLY,
    callbackKey: CALLBACK_KEY,
    shownTopics: SHOWN_TOPICS,
    recordContent: RECORD_CONTENT,
  };
}
