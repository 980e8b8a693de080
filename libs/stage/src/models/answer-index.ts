import type { Incoming } from '@millrace/broker';
import { KeptCall, readJson } from '@millrace/contracts';

/** The place of an answer in the topic of answers. */
export interface AnswerPlace {
  readonly partition: number;
  readonly offset: number;
}

interface Entry {
  readonly step: string;
  /** Tries of the call that were sent and have no answer, with the process of each. */
  readonly sent: Map<string, string>;
  answer: AnswerPlace | undefined;
  at: number;
}

/** A call of a step that is not committed, as the topic has it. */
export interface IndexedCall {
  readonly answer: AnswerPlace | undefined;
  /** Processes that have sent the call before, and told of no answer. */
  readonly unanswered: readonly string[];
}

/** The calls that are remembered at most: about 60 MB. A call that is forgotten may be paid twice after a crash. */
const MOST_CALLS = 200_000;

/** Knows which calls of models are kept, and where their answers are. Holds no answer. */
export class AnswerIndex {
  private readonly calls = new Map<string, Entry>();
  private readonly steps = new Map<string, Set<string>>();

  constructor(private readonly most: number = MOST_CALLS) {}

  get isEmpty(): boolean {
    return this.calls.size === 0;
  }

  /** Takes a record of the topic; returns the claim that it makes, and the reason for which it is passed over where it is none. */
  see({ key, value, partition, offset, timestamp }: Incoming): { readonly claim?: string; readonly reason?: string } {
    const call = key?.toString('utf8') ?? '';
    if (value === null) {
      this.delete(call);
      return {};
    }
    const { data } = KeptCall.safeParse(readJson(value).value);
    if (!data) return { reason: 'it is no call of a model' };
    const entry =
      this.calls.get(call) ?? this.add(call, { step: data.step, sent: new Map(), answer: undefined, at: 0 });
    entry.at = timestamp;
    if (data.is === 'answered') {
      entry.sent.clear();
      entry.answer = { partition, offset };
    } else if (data.is === 'sent') entry.sent.set(data.claim, data.process);
    return { claim: data.claim };
  }

  /** Returns what is known of a call, but for the tries that are named. */
  find(call: string, except: ReadonlySet<string> = new Set()): IndexedCall | undefined {
    const entry = this.calls.get(call);
    if (!entry) return undefined;
    const unanswered = [...entry.sent].flatMap(([claim, process]) => (except.has(claim) ? [] : [process]));
    return { answer: entry.answer, unanswered };
  }

  /** The calls of a step. */
  ofStep(step: string): Iterable<string> {
    return this.steps.get(step) ?? [];
  }

  /** The calls of which nothing was heard since then. */
  *before(time: number): Iterable<string> {
    for (const [call, { at }] of this.calls) if (at < time) yield call;
  }

  private add(call: string, entry: Entry): Entry {
    this.calls.set(call, entry);
    const ofStep = this.steps.get(entry.step) ?? new Set();
    this.steps.set(entry.step, ofStep.add(call));
    for (const [oldest] of this.calls) {
      if (this.calls.size <= this.most) break;
      this.delete(oldest);
    }
    return entry;
  }

  private delete(call: string): void {
    const entry = this.calls.get(call);
    if (!entry) return;
    this.calls.delete(call);
    const ofStep = this.steps.get(entry.step);
    ofStep?.delete(call);
    if (ofStep?.size === 0) this.steps.delete(entry.step);
  }
}
