import { byWhom, type LetterAct, randomId, redrivesUsedUp, timeText } from '@millrace/contracts';
import type { Accepted, ActBody, DeadLetterView, RedriveBody } from '@millrace/contracts/http';
import { itemOf } from '@millrace/pipeline/engine';
import type { Runtime } from '@millrace/runtime';
import type { KeptLetter, StoreReader } from '@millrace/store';
import { lightValue } from '../blobs/light.js';
import { RequestProblem } from '../http/problems.js';
import { refusalOf } from '../pipelines/versions.js';
import { type Acts, notNow } from '../runs/acts.js';
import { runLinks } from '../runs/run-view.js';
import { deadLetterView } from './dead-letter-view.js';
import { requestApplied } from './letter-requests.js';

interface Needs {
  readonly runtime: Runtime;
  readonly reader: Pick<StoreReader, 'deadLetter' | 'acts' | 'run'>;
  readonly acts: Pick<Acts, 'refuseRedrive' | 'planOfMove'>;
}

/** An act on a letter: what became of the letter, if a coordinator has applied the act in time. */
export type ActedOn =
  { readonly applied: true; readonly view: DeadLetterView } | { readonly applied: false; readonly view: Accepted };

/** Shows dead letters and asks for acts on them. A coordinator decides each act: of two that exclude each other the first counts. */
export class DeadLetters {
  constructor(private readonly needs: Needs) {}

  /** @throws {RequestProblem} UNKNOWN_DEAD_LETTER */
  async find(id: string): Promise<KeptLetter> {
    const letter = await this.needs.reader.deadLetter(id);
    if (!letter) throw new RequestProblem('UNKNOWN_DEAD_LETTER', `There is no dead letter ${id.slice(0, 100)}.`);
    return letter;
  }

  async view(id: string): Promise<DeadLetterView> {
    const letter = await this.find(id);
    return deadLetterView(letter, letter.run === undefined ? undefined : await this.needs.reader.run(letter.run));
  }

  /**
   * Sends a letter on again; with `dryRun` only says whether that would be refused.
   * @throws {RequestProblem} DEAD_LETTER_TAKEN, REDRIVES_USED_UP, REDRIVE_REFUSED, NOT_ALLOWED_NOW
   */
  async redrive(id: string, { dryRun = false, maxRedrives, input, to, ...act }: RedriveBody): Promise<Accepted> {
    const letter = await this.find(id);
    if (letter.status !== 'open') throw takenBy(letter);
    const usedUp = redrivesUsedUp(letter, maxRedrives);
    if (usedUp) throw refusalOf(usedUp);
    const { run, step } = letter;
    if (run !== undefined && step !== undefined)
      await this.needs.acts.refuseRedrive({ run, step, deadLetter: id }, input);
    else if (input !== undefined)
      throw notNow(`${id} is a record, which is sent on as it came: publish the corrected one yourself.`);
    const plan = to === undefined ? undefined : await this.planOf(letter, to, input);
    const more = {
      ...(maxRedrives !== undefined && { maxRedrives }),
      ...(input !== undefined && { input: await this.lightInput(input, run) }),
      ...(plan !== undefined && { plan }),
    };
    if (!dryRun) await this.request(id, { do: 'redrive', ...more }, act);
    return run === undefined
      ? { id, links: { self: `/v1/dead-letters/${id}` } }
      : { id: run, links: { ...runLinks(run), deadLetter: `/v1/dead-letters/${id}` } };
  }

  private async lightInput(input: unknown, run: string | undefined): Promise<unknown> {
    return run === undefined ? input : lightValue(input, { blobs: this.needs.runtime.blobs, run });
  }

  private planOf({ id, run, step }: KeptLetter, to: string | number, input: unknown): Promise<string> {
    if (run === undefined || step === undefined)
      throw notNow(`${id} is a record: it has no run that could go on with another version.`);
    if (input !== undefined)
      throw notNow('On another version the step has the input that follows from the run: edit none.');
    return this.needs.acts.planOfMove(run, { to, from: itemOf(step)?.step ?? step });
  }

  /** Asks for any other act on a letter. @throws {RequestProblem} the reason for which it is refused */
  async act(id: string, act: LetterAct, byWhom: ActBody): Promise<ActedOn> {
    await this.find(id);
    if (await this.request(id, act, byWhom)) return { applied: true, view: await this.view(id) };
    return { applied: false, view: { id, links: { self: `/v1/dead-letters/${id}` } } };
  }

  private request(letter: string, act: LetterAct, { by, reason }: ActBody): ReturnType<typeof requestApplied> {
    const request = { type: 'letter.act-requested', id: randomId('act'), at: Date.now(), letter, act } as const;
    return requestApplied(this.needs, { ...request, ...byWhom({ by, reason }) });
  }
}

/** Names who was first, where that is known. */
function takenBy({ id, status, desk: { handled } }: KeptLetter): RequestProblem {
  if (!handled || status === 'closed') return notNow(`${id} is ${status} already.`);
  const verb = status === 'resolved' ? 'resolved' : 'redrove';
  const detail = `${handled.by ?? 'Somebody'} ${verb} ${id} at ${timeText(handled.at)}.`;
  return new RequestProblem('DEAD_LETTER_TAKEN', detail);
}
