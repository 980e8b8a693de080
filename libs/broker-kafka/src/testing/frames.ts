/** The header of a request to Kafka. */
export interface RequestHead {
  readonly apiKey: number;
  readonly correlationId: number;
  readonly clientId: string;
}

/** The keys of Kafka's requests that faults single out. */
export const API = { produce: 0, offsetFetch: 9, heartbeat: 12, endTxn: 26, txnOffsetCommit: 28 } as const;
export type Api = keyof typeof API;

const LENGTH = 4;

/** Puts what arrives on a connection together into Kafka's messages, each with its length in front. */
export class Frames {
  private parts: Buffer[] = [];
  private size = 0;

  push(part: Buffer): Buffer[] {
    this.parts.push(part);
    this.size += part.length;
    const whole: Buffer[] = [];
    while (this.size >= LENGTH) {
      // Only when a message is complete are its parts put together, so that a large one is copied once.
      let all = this.together(LENGTH);
      const end = LENGTH + all.readInt32BE(0);
      if (this.size < end) break;
      all = this.together(end);
      whole.push(all.subarray(0, end));
      this.parts.splice(0, 1, all.subarray(end));
      this.size -= end;
    }
    return whole;
  }

  /** Returns the first part, put together with the others where it has fewer than so many bytes. */
  private together(bytes: number): Buffer {
    const [first] = this.parts;
    if (first && first.length >= bytes) return first;
    const all = Buffer.concat(this.parts);
    this.parts = [all];
    return all;
  }
}

export function requestHead(frame: Buffer): RequestHead {
  const length = frame.readInt16BE(12);
  return {
    apiKey: frame.readInt16BE(4),
    correlationId: frame.readInt32BE(8),
    clientId: length < 0 ? '' : frame.toString('utf8', 14, 14 + length),
  };
}

export const answerTo = (frame: Buffer): number => frame.readInt32BE(LENGTH);
