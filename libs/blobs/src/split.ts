import { hash } from 'node:crypto';
import { type BlobForm, type BlobName, type BlobReference, BLOB_KEY, isBlobReference } from '@millrace/contracts';

/** A part of a value that goes to a blob. */
export interface BlobPart {
  readonly name: BlobName;
  readonly bytes: Uint8Array;
}

export interface Split {
  /** The value with references where its large parts stood. */
  readonly value: unknown;
  readonly parts: readonly BlobPart[];
}

/** The characters that a reference takes in JSON, about. */
const REFERENCE_SIZE = 180;

/** Returns the reference to bytes of a run, and the blob that holds them. */
export function blobOf(
  bytes: Uint8Array,
  { run, as }: { run: string; as: BlobForm },
): BlobPart & { reference: BlobReference } {
  const sha256 = hash('sha256', bytes);
  return { name: { run, sha256 }, bytes, reference: { [BLOB_KEY]: { run, sha256, bytes: bytes.length, as } } };
}

/**
 * Splits a value into what travels and what goes to blobs. The innermost parts that are larger than the threshold are taken out, so that fields beside
 * a large one can be read without it: a mail keeps its subject, and its attachment becomes a reference. Pure, and the same for the same value.
 */
export function split(value: unknown, options: { run: string; threshold: number }): Split {
  const splitter = new Splitter(options);
  const [light] = splitter.look(value);
  return { value: light, parts: splitter.parts };
}

type Looked = readonly [value: unknown, size: number];

class Splitter {
  readonly parts: BlobPart[] = [];

  constructor(private readonly options: { readonly run: string; readonly threshold: number }) {}

  look(value: unknown): Looked {
    if (typeof value === 'string') return this.sized(value, value.length + 2);
    if (typeof value !== 'object' || value === null) return [value, 8];
    if (isBlobReference(value)) return [value, REFERENCE_SIZE];
    return Array.isArray(value) ? this.lookAtItems(value) : this.lookAtFields(value);
  }

  private lookAtItems(items: readonly unknown[]): Looked {
    let size = 2;
    const light = items.map((item) => {
      const [part, partSize] = this.look(item);
      size += partSize + 1;
      return part;
    });
    return this.sized(light, size);
  }

  private lookAtFields(value: object): Looked {
    let size = 2;
    const light: Record<string, unknown> = {};
    for (const [key, field] of Object.entries(value)) {
      if (field === undefined) continue;
      const [part, partSize] = this.look(field);
      light[key] = part;
      size += key.length + 4 + partSize;
    }
    return this.sized(light, size);
  }

  private sized(value: unknown, size: number): Looked {
    if (size <= this.options.threshold) return [value, size];
    const [text, as] = typeof value === 'string' ? [value, 'text' as const] : [JSON.stringify(value), 'json' as const];
    const { reference, ...part } = blobOf(Buffer.from(text), { run: this.options.run, as });
    this.parts.push(part);
    return [reference, REFERENCE_SIZE];
  }
}
