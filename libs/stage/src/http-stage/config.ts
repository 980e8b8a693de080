import { z } from 'zod';

type Env = Readonly<Record<string, string | undefined>>;

const host = /^(?:\*\.)?[a-z0-9_-]+(?:\.[a-z0-9_-]+)*(?::\d{1,5})?$|^\[[0-9a-f:.]+\](?::\d{1,5})?$/;
const hostsOf = (text: string): readonly string[] =>
  text
    .toLowerCase()
    .split(/[\s,]+/)
    .filter(Boolean);

/** The settings that every HTTP stage has. */
export const HttpStageSettings = z.object({
  HTTP_STAGE_HOSTS: z
    .string('is missing: hosts that HTTP stages may call, separated by commas, e.g. nlp.example.com,*.internal:8443')
    .refine(
      (text) => hostsOf(text).length > 0 && hostsOf(text).every((one) => host.test(one)),
      'expected hosts separated by commas, with a port where it is another one than usual, e.g. nlp.example.com,127.0.0.1:9000',
    )
    .describe(
      'The hosts that HTTP stages may call, with their ports, separated by commas, e.g. `nlp.example.com,*.internal:8443`.',
    ),
  CALLBACK_URL: z
    .string()
    .refine(
      (text) => URL.canParse(text) && /^https?:/.test(text) && !/[?#]/.test(text),
      'expected the URL of the gateway as endpoints reach it, e.g. https://millrace.example.com',
    )
    .optional()
    .describe('The URL of the gateway as endpoints reach it. Needed for endpoints that answer later.'),
  CALLBACK_KEY: z
    .string()
    .min(32, 'expected at least 32 characters, the same as the gateway’s')
    .optional()
    .describe('The key that signs callbacks, the same as the gateway’s.'),
});

/** The settings of HTTP stages, and the variables that headers name. */
export const HttpStageEnvironment = (names: readonly string[]) =>
  z
    .object({
      ...Object.fromEntries(names.map((name) => [name, secret])),
      ...HttpStageSettings.shape,
    })
    .superRefine((env, problems) => {
      if ((env['CALLBACK_URL'] === undefined) !== (env['CALLBACK_KEY'] === undefined)) {
        const missing = env['CALLBACK_URL'] === undefined ? 'CALLBACK_URL' : 'CALLBACK_KEY';
        const message = 'is missing: CALLBACK_URL and CALLBACK_KEY are needed together';
        problems.addIssue({ code: 'custom', path: [missing], message });
      }
    }) as z.ZodType<Env>;

const secret = z
  .string('is missing: a header of an HTTP stage names it')
  .min(1, 'is empty, and a header of an HTTP stage names it')
  .regex(/^[\t\x20-\x7e]*$/, 'holds a character that no header may have');

/** Refuses a URL whose host is not among those that HTTP stages may call. */
export function refuseHost(url: URL, env: Env, refuse: (variable: string, problem: string) => void): void {
  const allowed = hostsOf(env['HTTP_STAGE_HOSTS'] ?? '');
  const isAllowed = allowed.some((one) => {
    const [name, wanted] = one.startsWith('*.')
      ? [url.host.slice(url.host.indexOf('.')), one.slice(1)]
      : [url.host, one];
    return name === wanted;
  });
  if (!isAllowed) refuse('HTTP_STAGE_HOSTS', `does not list ${url.host}, which an HTTP stage is to call`);
}

/** Returns the URL at which endpoints may answer later, and its key. */
export function callbackOf(env: Env): { url: string; key: string } | undefined {
  const { CALLBACK_URL: url, CALLBACK_KEY: key } = env;
  return url === undefined || key === undefined ? undefined : { url: url.replace(/\/+$/, ''), key };
}

const REFERENCE = /\$\{([A-Z][A-Z0-9_]*)\}/g;

/** The variables that a header names. */
export const namesIn = (text: string): readonly string[] =>
  [...text.matchAll(REFERENCE)].flatMap(([, name]) => name ?? []);

/** A header with its variables filled in. */
export const withSecrets = (text: string, env: Env): string =>
  text.replace(REFERENCE, (_, name: string) => env[name] ?? '');
