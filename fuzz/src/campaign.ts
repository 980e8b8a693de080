import fc from 'fast-check';
import { damage, type Learnt, learn } from './installation.js';
import { compressedFor, FOREIGN_NAMES, type ForeignName, recordsFor, TOPIC_NAMES, type TopicName } from './records.js';
import { type Asked, operationsOf, requestsFor, send } from './requests.js';
import type { Outgoing } from '@millrace/broker';
import type { CompressedBatch } from '@millrace/broker-kafka/compressed';
import type { Target } from './target.js';

/** A surface is one topic, or every operation of the HTTP API. */
export type Surface = TopicName | ForeignName | 'http';
export const SURFACES: readonly Surface[] = [...TOPIC_NAMES, ...FOREIGN_NAMES, 'http'];

export interface FuzzFinding {
  readonly surface: Surface;
  readonly what: string;
  /** The smallest attack found that does it. */
  readonly attack: string;
  readonly seed: number;
}

export interface Tried {
  readonly surface: Surface;
  /** Records or requests sent, by topic or operation. */
  readonly sent: Readonly<Record<string, number>>;
  /** The number of checks that everything goes on. */
  readonly checks: number;
  readonly findings: readonly FuzzFinding[];
}

export interface CampaignOptions {
  readonly surface: Surface;
  readonly field: Field;
  readonly seed: number;
  /** Ends after so many attacks or so many milliseconds, whichever is first. */
  readonly attacks: number;
  readonly ms: number;
  readonly say: (line: string) => void;
}

/** An attack has at most so many records or requests. A check follows each attack. */
const IN_ONE_ATTACK = 30;
const ATTACKS_A_SEED = 25;
/** One record in so many is a compressed batch that unpacks to much, where the broker knows compression. */
const COMPRESSED_IN = 40;
/** The time in which a harmful attack is made smaller. */
const SHRINK_MS = 90_000;

/** An installation that is started when it is needed, and anew after harm was done to it. */
export class Field implements AsyncDisposable {
  private current: { target: Target; learnt: Learnt } | undefined;

  constructor(private readonly start: () => Promise<Target>) {}

  async open(): Promise<{ target: Target; learnt: Learnt }> {
    if (this.current) return this.current;
    const target = await this.start();
    try {
      return (this.current = { target, learnt: await learn(target) });
    } catch (error) {
      await target[Symbol.asyncDispose]();
      throw error;
    }
  }

  async close(): Promise<void> {
    const former = this.current;
    this.current = undefined;
    await former?.target[Symbol.asyncDispose]();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

type Attack = readonly (Outgoing | CompressedBatch | Asked)[];

/** Attacks one surface until time or attacks are used up. Each finding is shrunk, and the search goes on with the next seed. */
export async function campaign({ surface, field, seed, attacks, ms, say }: CampaignOptions): Promise<Tried> {
  const sent: Record<string, number> = {};
  const findings: FuzzFinding[] = [];
  let checks = 0;
  let harmed = 0;

  async function harm(attack: Attack): Promise<string | undefined> {
    const { target } = await field.open();
    for (const one of attack) count(sent, 'operation' in one ? one.operation : one.topic);
    const answers = await strike(target, attack);
    const what = answers ?? (await damage(target, `witness-${surface}-${seed}-${checks++}`));
    if (what !== undefined) {
      say(`${surface}: ${what}\n${target.said()}`);
      await field.close();
    }
    return what;
  }

  const began = Date.now();
  const { target, learnt } = await field.open();
  say(`${surface}: an installation was ready and known after ${Math.round((Date.now() - began) / 1_000)} s`);
  const arbitrary = attackOn(surface, learnt, target);
  // Starting is no part of the time.
  const end = Date.now() + ms;
  for (let next = seed; attacks > checks && Date.now() < end; next++) {
    let first: { what: string; until: number } | undefined;
    const property = fc.asyncProperty(arbitrary, async (attack) => {
      if (Date.now() > (first?.until ?? end)) return;
      const what = await harm(attack);
      if (what === undefined) return;
      first ??= { what, until: Date.now() + SHRINK_MS };
      throw new Error(what);
    });
    const left = Math.max(1, attacks - checks);
    const result = await fc.check(property, {
      seed: next,
      numRuns: Math.min(left, ATTACKS_A_SEED),
    });
    if (!result.failed) continue;
    harmed++;
    const attack = JSON.stringify(result.counterexample?.[0] ?? null, bytesAsText)?.slice(0, 4_000) ?? '';
    findings.push({ surface, what: first?.what ?? 'unknown', attack, seed: next });
    say(`${surface}: finding ${harmed}, smallest attack: ${attack.slice(0, 1_500)}`);
  }
  return { surface, sent, checks, findings };
}

function attackOn(surface: Surface, learnt: Learnt, target: Target): fc.Arbitrary<Attack> {
  const one: fc.Arbitrary<Attack[number]> =
    surface === 'http'
      ? fc.oneof(...operationsOf(learnt).map((operation) => requestsFor(operation, learnt)))
      : target.publishCompressed
        ? fc.oneof(
            { weight: COMPRESSED_IN, arbitrary: recordsFor(surface, learnt) },
            { weight: 1, arbitrary: compressedFor(surface, learnt, target.partitions) },
          )
        : recordsFor(surface, learnt);
  return fc.array(one, { minLength: 1, maxLength: IN_ONE_ATTACK, size: 'max' });
}

/** Sends all of an attack; says what is wrong with an answer, if any is. */
async function strike(target: Target, attack: Attack): Promise<string | undefined> {
  for (const one of attack) {
    if ('operation' in one) {
      const wrong = await send(target.url, one);
      if (wrong !== undefined) return `${one.operation} ${wrong}`;
    } else if ('unpacksTo' in one) {
      await target.publishCompressed?.(one).catch(() => undefined);
    } else {
      // A record that the broker itself refuses, for its size, never reaches the topic.
      await target.publish([one]).catch(() => undefined);
    }
  }
  return undefined;
}

const count = (counts: Record<string, number>, name: string): void => void (counts[name] = (counts[name] ?? 0) + 1);

function bytesAsText(_key: string, value: unknown): unknown {
  const bytes = value as { type?: string; data?: number[] } | null;
  return bytes?.type === 'Buffer' && Array.isArray(bytes.data)
    ? `bytes:${Buffer.from(bytes.data).toString('base64')}`
    : value;
}
