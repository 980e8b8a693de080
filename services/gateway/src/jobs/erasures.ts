import { byWhom, type EraseWork, type JobRequested, randomId } from '@millrace/contracts';
import type { Accepted, EraseJobBody, EraseJobPreview } from '@millrace/contracts/http';
import type { Runtime } from '@millrace/runtime';
import type { StoreReader } from '@millrace/store';
import { requestApplied } from '../dead-letters/letter-requests.js';

interface Needs {
  readonly runtime: Pick<Runtime, 'broker' | 'topics'>;
  readonly reader: Pick<StoreReader, 'acts' | 'jobs'>;
}

/** Asks for jobs that remove what is kept of a person. */
export class Erasures {
  constructor(private readonly needs: Needs) {}

  async preview({ attribute }: EraseJobBody): Promise<EraseJobPreview> {
    const { runs } = await this.needs.reader.jobs.previewRuns({ kind: 'erase', attribute }, Date.now());
    const { topics } = this.needs.runtime;
    const records = [
      topics.intake,
      topics.runs,
      topics.results,
      topics.deadLetters,
      topics.outcomes,
      topics.stage('*'),
    ];
    return {
      items: runs,
      unreachable: [
        {
          place: [...records, topics.deployments].join(', '),
          detail: 'Records stay until the retention of their topic removes them; the request for this erasure, too.',
        },
        { place: 'ARCHIVE_DIR', detail: 'Runs that were archived before: remove their lines from the files.' },
        { place: 'backups', detail: 'Of the database and of its write-ahead log, and free pages in its files.' },
        { place: 'audit trail', detail: 'It stays: ids, times, names of those who acted, and reasons; no payload.' },
        {
          place: 'elsewhere',
          detail: 'Logs of your stages, model providers, and systems that stages have written to.',
        },
      ],
    };
  }

  async begin({ attribute, perSecond, by, reason }: EraseJobBody): Promise<Accepted> {
    const id = randomId('job');
    const work: EraseWork = { kind: 'erase', attribute, ...(perSecond !== undefined && { perSecond }) };
    const request: JobRequested = { type: 'job.requested', id, at: Date.now(), work, ...byWhom({ by, reason }) };
    await requestApplied(this.needs, request);
    return { id, links: { self: `/v1/jobs/${id}`, items: `/v1/jobs/${id}/items` } };
  }
}
