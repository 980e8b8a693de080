import type { Tail } from '@millrace/broker';
import { readJson, type StepText, stepTextRecord, StepWatch } from '@millrace/contracts';
import { follow, type Runtime } from '@millrace/runtime';
import { TextStream, type TextStreamOptions } from './text-stream.js';

/** Publishes what steps write to those who watch them. Nothing is opened before a step writes, and nothing sent while nobody watches. */
export class StepStreams implements AsyncDisposable {
  private readonly streams = new Map<string, Set<TextStream>>();
  private opened: Promise<Tail> | undefined;

  constructor(private readonly runtime: Pick<Runtime, 'broker' | 'topics' | 'telemetry'>) {}

  /** Begins the text of an attempt; `end` ends it. */
  open({ command, startedAt }: Omit<TextStreamOptions, 'publish'>): { append(text: string): void; end(): void } {
    this.listen();
    const stream = new TextStream({ command, startedAt, publish: (part) => this.publish(part) });
    const key = keyOf(command);
    const ofStep = this.streams.get(key) ?? new Set();
    this.streams.set(key, ofStep.add(stream));
    return {
      append: (text) => stream.append(text),
      end: () => {
        stream.end();
        ofStep.delete(stream);
        if (ofStep.size === 0) this.streams.delete(key);
      },
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await (await this.opened?.catch(() => undefined))?.[Symbol.asyncDispose]();
  }

  private listen(): void {
    if (this.opened) return;
    const { topics, telemetry } = this.runtime;
    this.opened = follow(this.runtime, { topic: topics.stepWatches, from: 'end' }, ({ value }) => {
      const { data } = StepWatch.safeParse(readJson(value ?? '').value);
      if (!data) return 'it names no step that is watched';
      for (const stream of this.streams.get(keyOf(data)) ?? []) stream.watch(data);
      return undefined;
    });
    this.opened.catch((error: unknown) => {
      this.opened = undefined;
      telemetry.log.debug({ err: error }, 'What steps write is not shown: the topic of watches cannot be read.');
    });
  }

  private publish(part: StepText): void {
    const { broker, topics, telemetry } = this.runtime;
    broker
      .publish([stepTextRecord(topics, part)])
      .catch((error: unknown) => telemetry.log.debug({ err: error }, 'A part of a text was not published.'));
  }
}

const keyOf = ({ run, step }: { readonly run: string; readonly step: string }): string => `${run}\n${step}`;
