import { signTicket, timeText } from '@millrace/contracts';
import { timeoutSignal } from '@millrace/contracts/timers';
import { StageFailure } from '../work/failure.js';
import { ANSWER_LATER, type StageRun } from '../work/stage-run.js';
import { answerOf } from './answer-of.js';
import { HttpCaller, shownUrl, type TlsFiles } from './http-call.js';

/** The call of an endpoint, with all secrets filled in. */
export interface EndpointSettings {
  readonly url: URL;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  /** The longest time of one request; without it, a request may take until the attempt is over. */
  readonly timeoutMs: number | undefined;
  readonly maxBytes: number;
  readonly tls: TlsFiles | undefined;
  /** The URL at which endpoints may answer later, and the key that signs its tokens. */
  readonly callback: { readonly url: string; readonly key: string } | undefined;
  /** Values that must not be told. */
  readonly secrets: readonly string[];
}

/** Does a stage's work by asking an HTTP endpoint. */
export class Endpoint {
  private readonly caller: HttpCaller;

  constructor(private readonly settings: EndpointSettings) {
    this.caller = new HttpCaller(settings.url.protocol === 'https:', settings.tls);
  }

  /** Returns the output, or ANSWER_LATER. @throws {StageFailure} as the endpoint says, or for what it does wrong */
  async ask(input: unknown, run: StageRun): Promise<unknown> {
    const { url, method, timeoutMs, maxBytes, callback } = this.settings;
    const late = timeoutMs === undefined ? undefined : timeoutSignal(timeoutMs);
    const signal = late ? AbortSignal.any([run.signal, late]) : run.signal;
    try {
      const call = { url, method, headers: this.headersFor(run), body: JSON.stringify(input ?? null), signal };
      const answer = await this.caller.send(call);
      const found = await answerOf(answer, {
        url,
        maxBytes,
        progress: (fraction, message) => run.progress(fraction, message),
      });
      if (found.is === 'output') return found.output;
      if (callback) return ANSWER_LATER;
      const text = `${shownUrl(url)} answered 202, and there is no place to call back to: set CALLBACK_URL and CALLBACK_KEY.`;
      throw new StageFailure('ENDPOINT_ANSWER_INVALID', text);
    } catch (error) {
      if (late?.aborted)
        throw new StageFailure('ENDPOINT_TIMED_OUT', `${shownUrl(url)} took longer than ${timeoutMs} ms.`);
      throw error instanceof StageFailure ? this.withoutSecrets(error) : error;
    }
  }

  private headersFor(run: StageRun): Record<string, string> {
    const { callback, headers } = this.settings;
    return {
      accept: 'application/json, text/event-stream, application/problem+json',
      ...headers,
      'content-type': 'application/json',
      'idempotency-key': encodeURI(run.idempotencyKey),
      traceparent: run.traceparent,
      'millrace-run': run.id,
      'millrace-step': encodeURI(run.step),
      'millrace-attempt': String(run.attempt),
      'millrace-deadline': timeText(run.deadline),
      ...(callback && {
        'millrace-callback': `${callback.url}/v1/callbacks?token=${signTicket(run.ticket, callback.key)}`,
      }),
    };
  }

  /** An endpoint may quote what it was sent. */
  private withoutSecrets(failure: StageFailure): StageFailure {
    const hide = (text: string) =>
      this.settings.secrets.reduce((shown, secret) => shown.replaceAll(secret, '[secret]'), text);
    const { code, message, kind, retryAfterMs, details } = failure;
    const hidden = details?.map(({ pointer, detail }) => ({ pointer: hide(pointer), detail: hide(detail) }));
    return new StageFailure(code, hide(message), { kind, retryAfterMs, details: hidden });
  }
}
