import type { Tail } from '@millrace/broker';
import { readJson, STREAM_MOST, StepText, stepWatchRecord } from '@millrace/contracts';
import { startInterval, type Timer } from '@millrace/contracts/timers';
import { follow, type Runtime } from '@millrace/runtime';

/** An event of a step's text, as a viewer is shown it. */
export interface TextEvent {
  /** `<attempt>.<writer>.<position>`: where the text is after this event. */
  readonly id: string;
  /** `restart`: the text begins anew, as another attempt or process writes it. */
  readonly event: 'restart' | 'text';
  readonly data: { readonly attempt: number; readonly text?: string };
}

export interface TextViewer {
  see(events: readonly TextEvent[]): void;
  /** The attempt writes nothing more. */
  ended(): void;
}

interface Followed {
  readonly run: string;
  readonly step: string;
  readonly viewers: Set<TextViewer>;
  /** The attempt that writes; none has been heard of yet where it is absent. */
  writing: StepText | undefined;
  text: string;
}

/** The interval at which stages hear that a step is still watched, and the time after which they stop where they do not. */
const RENEW_MS = 3_000;
const LEASE_MS = 10_000;
/** The most steps that are watched at once. */
const MOST_STEPS = 500;

/** Shows what steps write, as stages publish it while somebody watches. The newest attempt alone is shown. */
export class StepTexts implements AsyncDisposable {
  private readonly followed = new Map<string, Followed>();
  private opened: Promise<Tail> | undefined;
  private renewing: Timer | undefined;

  constructor(private readonly runtime: Pick<Runtime, 'broker' | 'topics' | 'telemetry'>) {}

  get isFull(): boolean {
    return this.followed.size >= MOST_STEPS;
  }

  /** Shows the text of a step to `viewer`, behind the event with the id `after`. Returns what ends that. */
  async watch(of: { run: string; step: string; after: string | undefined }, viewer: TextViewer): Promise<() => void> {
    await this.open();
    const { run, step, after } = of;
    const key = keyOf(of);
    const known = this.followed.get(key);
    const followed = known ?? { run, step, viewers: new Set(), writing: undefined, text: '' };
    this.followed.set(key, followed);
    followed.viewers.add(viewer);
    if (followed.writing) viewer.see(eventsBehind(followed, after));
    if (!known) this.renew(followed);
    return () => {
      followed.viewers.delete(viewer);
      if (followed.viewers.size === 0) this.followed.delete(key);
    };
  }

  /** True while an attempt writes, as far as one has heard. */
  isWriting(of: { readonly run: string; readonly step: string }): boolean {
    const writing = this.followed.get(keyOf(of))?.writing;
    return writing !== undefined && !writing.end;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.renewing?.stop();
    await (await this.opened?.catch(() => undefined))?.[Symbol.asyncDispose]();
  }

  private open(): Promise<Tail> {
    this.opened ??= (async () => {
      const tail = await follow(this.runtime, { topic: this.runtime.topics.stepTexts, from: 'end' }, ({ value }) => {
        const { data } = StepText.safeParse(readJson(value ?? '').value);
        if (!data) return 'it is no text of a step';
        this.take(data);
        return undefined;
      });
      this.renewing = startInterval(RENEW_MS, () => {
        for (const followed of this.followed.values()) this.renew(followed);
      }).unref();
      return tail;
    })();
    this.opened.catch(() => (this.opened = undefined));
    return this.opened;
  }

  private take(part: StepText): void {
    const followed = this.followed.get(keyOf(part));
    if (!followed) return;
    const { writing } = followed;
    if (writing?.writer !== part.writer) {
      // An attempt that was given up may go on writing for a moment.
      if (writing && !isNewer(part, writing)) return;
      followed.text = '';
      followed.writing = part;
      this.show(followed, [eventOf(followed)]);
    }
    if (part.position > followed.text.length) return this.renew(followed);
    const fresh = part.text.slice(followed.text.length - part.position);
    followed.text = (followed.text + fresh).slice(0, STREAM_MOST);
    followed.writing = part;
    if (fresh !== '') this.show(followed, [eventOf(followed, fresh)]);
    if (part.end) for (const viewer of [...followed.viewers]) viewer.ended();
  }

  private show({ viewers }: Followed, events: readonly TextEvent[]): void {
    for (const viewer of [...viewers]) viewer.see(events);
  }

  private renew({ run, step, writing, text }: Followed): void {
    const { broker, topics, telemetry } = this.runtime;
    const from = writing && { writer: writing.writer, position: text.length };
    broker
      .publish([stepWatchRecord(topics, { run, step, forMs: LEASE_MS, ...(from && { from }) })])
      .catch((error: unknown) =>
        telemetry.log.debug({ err: error, run }, 'Stages do not hear that a step is watched; they are told again.'),
      );
  }
}

const keyOf = ({ run, step }: { readonly run: string; readonly step: string }): string => `${run}\n${step}`;

const isNewer = (part: StepText, than: StepText): boolean =>
  part.attempt > than.attempt || (part.attempt === than.attempt && part.startedAt > than.startedAt);

/** Returns the event of the whole text so far having been shown: a `restart` without any text. */
function eventOf({ writing, text }: Followed, fresh?: string): TextEvent {
  const { attempt = 1, ownAttempt = 1, writer = '' } = writing ?? {};
  const data = { attempt: ownAttempt, ...(fresh !== undefined && { text: fresh }) };
  return { id: `${attempt}.${writer}.${text.length}`, event: fresh === undefined ? 'restart' : 'text', data };
}

/** Returns what a viewer has not seen who has seen everything up to the event `after`. */
function eventsBehind(followed: Followed, after: string | undefined): readonly TextEvent[] {
  const { writing, text } = followed;
  const [, writer, position] = /^\d{1,10}\.(\w{1,100})\.(\d{1,10})$/.exec(after ?? '') ?? [];
  const isSame = writer !== undefined && writer === writing?.writer && Number(position) <= text.length;
  const rest = text.slice(isSame ? Number(position) : 0);
  return [...(isSame ? [] : [eventOf({ ...followed, text: '' })]), ...(rest === '' ? [] : [eventOf(followed, rest)])];
}
