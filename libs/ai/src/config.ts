import { z } from 'zod';
import { type Llm as LanguageModel, Llm } from './llm/llm.js';
import { LlmSettings } from './llm/provider.js';
import { type DeclaredHop, RouteText } from './route/route-text.js';
import { routed, type RouteHop } from './route/routed.js';

const whole = (example: number) =>
  z
    .string()
    .regex(/^\d{1,9}$/, `expected a whole number of milliseconds, e.g. ${example}`)
    .transform(Number);

const ADDRESS = 'expected an address, e.g. http://model:8080/v1';

/** The routes for which `MODEL_FALLBACK` is the short form. */
const FALLBACKS = {
  retried: 'model > local (attempt 3)',
  permanent: 'model > local (attempt 1000)',
  always: 'model > local',
  never: 'model',
} as const;
type Fallback = keyof typeof FALLBACKS;

/** A route of one stage, in the place of `MODEL_ROUTE`. */
export const StageModelRoute = RouteText.optional().describe('The route of this stage, in the place of `MODEL_ROUTE`.');

/** Settings of the models, for a service's configuration. Without `MODEL_PROVIDER` everything is local. */
export const ModelEnv = z
  .object({
    MODEL_PROVIDER: LlmSettings.shape.provider
      .optional()
      .describe('The kind of model that classify, extract, draft and comply ask. Without it local models answer.'),
    MODEL_URL: z.url(ADDRESS).optional().describe('The address of the model.'),
    MODEL_API_KEY: z.string().optional().describe('The key of the model’s API.'),
    MODEL_NAME: z.string().min(1).optional().describe('The name of the model. Required with `MODEL_PROVIDER`.'),
    MODEL_TIMEOUT_MS: whole(60_000).default(60_000).describe('How many milliseconds one call of a model may take.'),
    MODEL_CHEAPER_NAME: z
      .string()
      .min(1)
      .optional()
      .describe('The name of the model behind the hop `cheaper` of a route.'),
    MODEL_CHEAPER_PROVIDER: LlmSettings.shape.provider
      .optional()
      .describe('Its kind, where it is not `MODEL_PROVIDER`.'),
    MODEL_CHEAPER_URL: z.url(ADDRESS).optional().describe('Its address, where it is not `MODEL_URL`.'),
    MODEL_CHEAPER_API_KEY: z.string().optional().describe('Its key, where it is not `MODEL_API_KEY`.'),
    MODEL_ROUTE: RouteText.optional().describe(
      'Which model answers, and what answers where it fails: `model`, `cheaper`, `local` and `person`, in this order, e.g. `model > cheaper (MODEL_BUSY, MODEL_TIMEOUT) > local (attempt 3) > person`. Each stage can have its own, e.g. `DRAFT_MODEL_ROUTE`. `model (hedge 2000 ms)` asks a model that has not answered by then a second time.',
    ),
    MODEL_FALLBACK: z
      .enum(Object.keys(FALLBACKS) as [Fallback, ...Fallback[]])
      .optional()
      .describe(
        'A short form of `MODEL_ROUTE`: `retried` is `model > local (attempt 3)` and the default, `permanent` takes the local model only where asking again is of no use, `always` is `model > local`, `never` is `model`.',
      ),
    MODEL_PERSONAL_DATA: LlmSettings.shape.personalData.describe(
      'Card and account numbers, IBANs, e-mail addresses and phone numbers leave as placeholders and are put back into the answer (`redacted`), or leave as they are (`sent`).',
    ),
    MODEL_STREAMED: z
      .enum(['true', 'false'])
      .default('false')
      .transform((text) => text === 'true')
      .describe(
        'Models are asked for their answers in parts (`true`), so that `millrace run watch` shows them while they are written. Without it an answer is shown when it is there.',
      ),
    MODEL_UNKNOWN_CALLS: LlmSettings.shape.unknownCalls.describe(
      'The treatment of a call that a process may have made before it died: `ask` makes it again, `fail` fails the step as `MODEL_CALL_UNKNOWN`, until a person redrives it.',
    ),
  })
  .superRefine((env, problems) => {
    const missing = (name: string, why: string) =>
      problems.addIssue({ code: 'custom', path: [name], message: `is missing: ${why}` });
    const routes = Object.entries(env).filter(([name]) => name.endsWith('MODEL_ROUTE'));
    const cheaper = routes.find(([, hops]) =>
      (hops as DeclaredHop[] | undefined)?.some(({ name }) => name === 'cheaper'),
    );
    if (cheaper && !env.MODEL_CHEAPER_NAME)
      missing('MODEL_CHEAPER_NAME', `the model that ${cheaper[0]} names as cheaper`);
    if (env.MODEL_ROUTE && env.MODEL_FALLBACK) {
      const message = 'is a short form of MODEL_ROUTE, which is set: remove one of them';
      problems.addIssue({ code: 'custom', path: ['MODEL_FALLBACK'], message });
    }
    if (!env.MODEL_PROVIDER) return;
    if (!env.MODEL_NAME) missing('MODEL_NAME', 'the name of the model to ask');
    if (env.MODEL_PROVIDER === 'openai-compatible' && !env.MODEL_URL) {
      missing('MODEL_URL', 'an OpenAI-compatible endpoint, e.g. http://model:8080/v1');
    }
  });
export type ModelEnv = z.infer<typeof ModelEnv>;

/** The LLM's settings, or nothing where models are local. */
export function llmSettings(env: ModelEnv): LlmSettings | undefined {
  if (!env.MODEL_PROVIDER || !env.MODEL_NAME) return undefined;
  return {
    provider: env.MODEL_PROVIDER,
    model: env.MODEL_NAME,
    timeoutMs: env.MODEL_TIMEOUT_MS,
    personalData: env.MODEL_PERSONAL_DATA,
    unknownCalls: env.MODEL_UNKNOWN_CALLS,
    streamed: env.MODEL_STREAMED,
    ...(env.MODEL_URL && { url: env.MODEL_URL }),
    ...(env.MODEL_API_KEY && { apiKey: env.MODEL_API_KEY }),
  };
}

/** The settings of the hop `cheaper`: those of the model, but for what is set. */
function cheaperSettings(env: ModelEnv): LlmSettings | undefined {
  const model = llmSettings(env);
  if (model === undefined || env.MODEL_CHEAPER_NAME === undefined) return undefined;
  return {
    ...model,
    model: env.MODEL_CHEAPER_NAME,
    ...(env.MODEL_CHEAPER_PROVIDER && { provider: env.MODEL_CHEAPER_PROVIDER }),
    ...(env.MODEL_CHEAPER_URL && { url: env.MODEL_CHEAPER_URL }),
    ...(env.MODEL_CHEAPER_API_KEY && { apiKey: env.MODEL_CHEAPER_API_KEY }),
  };
}

export interface ModelPorts<Port> {
  /** Makes the port of a language model. */
  readonly llm: (llm: LanguageModel) => Port;
  readonly local: Port;
  /** The stage's own route. */
  readonly route?: readonly DeclaredHop[] | undefined;
}

/** Returns the model of a stage: the local one, or the route that the settings declare. */
export function modelFor<Port extends object>(env: ModelEnv, { llm, local, route }: ModelPorts<Port>): Port {
  const settings = { model: llmSettings(env), cheaper: cheaperSettings(env) };
  if (settings.model === undefined) return local;
  const hops = (route ?? env.MODEL_ROUTE ?? defaultRoute(env)).map((hop, index): RouteHop<Port> => {
    if (hop.name === 'person') return hop;
    if (hop.name === 'local') return { ...hop, port: local };
    const asked = settings[hop.name];
    if (asked === undefined) throw new TypeError(`The hop ${hop.name} has no settings.`);
    const { hedgeMs, ...condition } = hop;
    const model = new Llm({ ...asked, ...(hedgeMs && { hedgeMs }) }, { hop: { index, name: hop.name } });
    return { ...condition, port: llm(model) };
  });
  const [first, ...others] = hops;
  if (first === undefined) return local;
  return routed<Port>([first, ...others]);
}

function defaultRoute({ MODEL_FALLBACK, MODEL_CHEAPER_NAME }: ModelEnv): readonly DeclaredHop[] {
  if (MODEL_FALLBACK === undefined && MODEL_CHEAPER_NAME !== undefined) {
    return RouteText.parse('model > cheaper (attempt 2) > local (attempt 3)');
  }
  return RouteText.parse(FALLBACKS[MODEL_FALLBACK ?? 'retried']);
}
