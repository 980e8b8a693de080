import { Inject, type Provider } from '@nestjs/common';
import { type Duration, type StageContract } from '@millrace/pipeline';
import { millisecondsOf } from '@millrace/pipeline/engine';
import { type z } from 'zod';
import { type AnyStage, Stage } from '../nest/stage.decorator.js';
import type { StageRun } from '../work/stage-run.js';
import { Endpoint } from './endpoint.js';
import { callbackOf, HttpStageEnvironment, namesIn, refuseHost, withSecrets } from './config.js';
import type { TlsFiles } from './http-call.js';

/** The request that asks an HTTP endpoint for a stage's work. */
export interface HttpStageOptions {
  readonly url: string;
  /** POST without it. */
  readonly method?: 'POST' | 'PUT' | 'PATCH';
  /** `${NAME}` stands for an environment variable: secrets are written nowhere else. */
  readonly headers?: Readonly<Record<string, string>>;
  /** The time that one request may take; without it as long as the attempt. */
  readonly timeout?: Duration;
  /** The most bytes of an answer: 1,000,000 without it. */
  readonly maxBytes?: number;
  readonly tls?: TlsFiles;
}

/** A stage with the settings that it reads when it starts. */
export interface HttpStage {
  readonly stage: AnyStage;
  readonly config: z.ZodType<Readonly<Record<string, string | undefined>>>;
  readonly providers: (settings: Readonly<Record<string, string | undefined>>) => readonly Provider[];
}

const MAX_BYTES = 1_000_000;

/**
 * Makes an HTTP endpoint the stage of a contract. docs/how-to/http-stages.md says what the endpoint is sent and how it answers.
 *
 * @example
 * export const sentiment = httpStage(sentimentContract, {
 *   url: 'https://nlp.example.com/sentiment',
 *   headers: { authorization: 'Bearer ${NLP_TOKEN}' },
 * });
 */
export function httpStage(contract: StageContract, options: HttpStageOptions): HttpStage {
  const { url: text, method = 'POST', headers = {}, timeout, maxBytes = MAX_BYTES, tls } = options;
  const url = urlOf(text, contract.name);
  const names = [...new Set(Object.values(headers).flatMap(namesIn))];
  class HttpEndpointStage {
    constructor(private readonly endpoint: Endpoint) {}
    handle(input: unknown, run: StageRun): Promise<never> {
      return this.endpoint.ask(input, run) as Promise<never>;
    }
  }
  Object.defineProperty(HttpEndpointStage, 'name', { value: `httpStage(${contract.name})` });
  Inject(Endpoint)(HttpEndpointStage, undefined, 0);
  Stage(contract)(HttpEndpointStage);
  return {
    stage: HttpEndpointStage,
    config: HttpStageEnvironment(names).superRefine((env, problems) =>
      refuseHost(url, env, (path, message) => problems.addIssue({ code: 'custom', path: [path], message })),
    ),
    providers: (env) => [
      {
        provide: Endpoint,
        useFactory: () =>
          new Endpoint({
            url,
            method,
            headers: Object.fromEntries(
              Object.entries(headers).map(([name, value]) => [name.toLowerCase(), withSecrets(value, env)]),
            ),
            timeoutMs: timeout === undefined ? undefined : millisecondsOf(timeout),
            maxBytes,
            tls,
            callback: callbackOf(env),
            secrets: names.flatMap((name) => env[name] ?? []),
          }),
      },
    ],
  };
}

/** @throws {TypeError} naming the stage and what is wrong with its URL */
function urlOf(text: string, stage: string): URL {
  const refuse = (why: string) => new TypeError(`The HTTP stage ${stage} has a URL that ${why}.`);
  if (!URL.canParse(text)) throw refuse('cannot be read: expected something like https://nlp.example.com/sentiment');
  const url = new URL(text);
  if (url.protocol !== 'http:' && url.protocol !== 'https:') throw refuse('is not http or https');
  if (url.username || url.password) throw refuse('holds a login: put it into a header, as ${NAME}');
  return url;
}
