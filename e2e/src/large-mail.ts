import { hash, randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BLOB_KEY, blobsIn } from '@millrace/contracts';
import { Api, type SeenFact } from './api.js';
import { install } from './installation.js';
import type { Service } from './processes.js';
import { startStandalone } from './standalone-process.js';

export interface LargeMailOptions {
  /** The size of the attachment. */
  readonly megabytes: number;
  /** The most memory that any process may have had. */
  readonly mostMb: number;
}

const MB = 1024 * 1024;

/** Sends a mail with a large attachment through `support-email`, embedded and on Kafka, and prints the most memory that each process had. Throws where one had too much. */
export async function largeMail(options: LargeMailOptions): Promise<void> {
  const mail = mailWith(options.megabytes * MB);
  process.stdout.write(
    `A mail of ${(mail.length / MB).toFixed(1)} MB with an attachment of ${options.megabytes} MB.\n\n`,
  );
  const peaks = new Map<string, number>();
  {
    await using standalone = await startStandalone();
    await through(standalone.api, mail);
    peaks.set('embedded: all in one', await peakOf(standalone.service));
  }
  const folder = await mkdtemp(join(tmpdir(), 'millrace-blobs-'));
  try {
    await using installed = await install({ env: { BLOBS: folder } });
    await through(new Api(installed.gateway), mail);
    for (const [name, service] of installed.services) peaks.set(`Kafka: ${name}`, await peakOf(service));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  process.stdout.write([...peaks].map(([name, mb]) => `${name.padEnd(24)} ${mb.toFixed(0).padStart(4)} MB\n`).join(''));
  const over = [...peaks].filter(([, mb]) => mb > options.mostMb).map(([name]) => name);
  if (over.length > 0) throw new Error(`More than ${options.mostMb} MB: ${over.join(', ')}.`);
}

/** Sends the mail, waits until nothing more happens to its run, and compares what its reference leads to. */
async function through(api: Api, mail: Buffer): Promise<void> {
  const run = await api.start(mail, 'large-mail');
  const { status, steps } = await api.settled(run);
  if (!['waiting', 'completed'].includes(status)) throw new Error(`${run} is ${status}: ${JSON.stringify(steps)}`);
  const [accepted] = (await api.history(run)) as readonly (SeenFact & { readonly input?: unknown })[];
  const [reference] = blobsIn(accepted?.input);
  if (!reference) throw new Error(`The input of ${run} holds no reference.`);
  const { sha256 } = reference[BLOB_KEY];
  if (sha256 !== hash('sha256', mail)) throw new Error(`The blob of ${run} is not the mail.`);
}

/** The most memory that a process had, in MB, as Linux counts it. */
async function peakOf({ pid }: Service): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1]) / 1024;
}

function mailWith(bytes: number): Buffer {
  const encoded = randomBytes(bytes).toString('base64').replaceAll(/.{76}/g, '$&\r\n');
  const lines = [
    'From: Ann Smith <ann@example.com>',
    'To: support@millbrook.example',
    'Subject: Lost card',
    'MIME-Version: 1.0',
    'Content-Type: multipart/mixed; boundary="part"',
    '',
    '--part',
    'Content-Type: text/plain; charset=utf-8',
    '',
    'I lost my debit card in town yesterday. Please block it and send me a new one.',
    '--part',
    'Content-Type: application/pdf; name="statement.pdf"',
    'Content-Transfer-Encoding: base64',
    'Content-Disposition: attachment; filename="statement.pdf"',
    '',
    encoded,
    '--part--',
    '',
  ];
  return Buffer.from(lines.join('\r\n'));
}
