import { TextDecoder } from 'node:util';
import iconv from 'iconv-lite';

/** Labels that say nothing about bytes above 127, whatever mail programs write there. */
const SAYS_NOTHING = /^(?:us-?ascii|ascii|ansi_x3\.4-1968|unknown(?:-8bit)?|x-unknown|8bit|default|none|\?*)?$/i;

const decoders = new Map<string, TextDecoder | undefined>();

function decoderFor(label: string): TextDecoder | undefined {
  const key = label.toLowerCase();
  if (!decoders.has(key)) {
    if (decoders.size > 200) decoders.clear();
    let decoder: TextDecoder | undefined;
    try {
      decoder = new TextDecoder(key);
    } catch {
      decoder = undefined;
    }
    decoders.set(key, decoder);
  }
  return decoders.get(key);
}

const UTF8 = new TextDecoder('utf-8', { fatal: true });

/** The text, where bytes are UTF-8 from beginning to end. */
export function strictUtf8(bytes: Uint8Array): string | undefined {
  try {
    return UTF8.decode(bytes);
  } catch {
    return undefined;
  }
}

/** Returns true when a parser that decodes as browsers do knows what a label means. */
export function isDecodable(label: string): boolean {
  return !SAYS_NOTHING.test(label) && decoderFor(label) !== undefined;
}

/** Decodes bytes by their label where it is known, else as UTF-8, else as Windows-1252. */
export function decoded(bytes: Uint8Array, label = ''): string {
  if (!SAYS_NOTHING.test(label)) {
    const decoder = decoderFor(label);
    if (decoder !== undefined) return decoder.decode(bytes);
    if (iconv.encodingExists(label)) return iconv.decode(Buffer.from(bytes), label);
  }
  return strictUtf8(bytes) ?? iconv.decode(Buffer.from(bytes), 'windows-1252');
}

/** The bytes of a text that was decoded as Windows-1252; undefined where it was not. */
export function windows1252(text: string): Uint8Array | undefined {
  const bytes = iconv.encode(text, 'windows-1252');
  return iconv.decode(bytes, 'windows-1252') === text ? bytes : undefined;
}
