import { join } from 'node:path';
import { type Env, readSettings } from '@millrace/runtime';
import type { StageGiven } from '@millrace/stage';
import { z } from 'zod';
import {
  AnnounceStage,
  EmbedStage,
  IndexDocumentStage,
  ListDocumentsStage,
  ReadDocumentStage,
  SearchIndexStage,
  SplitDocumentStage,
} from './document.stages.js';
import { Embedder, WordEmbedder } from './embedder.js';
import { FileNotices, Notices } from './notices.js';
import { FileIndex, PassageIndex } from './passage-index.js';

const Settings = z.object({
  /** The folder of the index; defaults to `index` in MILLRACE_DATA. */
  INDEX_DIR: z.string().optional(),
  /** The folder of notices to readers; defaults to `notices` in MILLRACE_DATA. */
  NOTICES_DIR: z.string().optional(),
  MILLRACE_DATA: z.string().default('./.millrace'),
});

/** The stages of this pipeline. @throws {ConfigError} */
export function stages(env: Env): readonly StageGiven[] {
  const { INDEX_DIR, NOTICES_DIR, MILLRACE_DATA } = readSettings(Settings, env, 'document-ingestion');
  const index = { provide: PassageIndex, useValue: new FileIndex(INDEX_DIR ?? join(MILLRACE_DATA, 'index')) };
  const notices = new FileNotices(NOTICES_DIR ?? join(MILLRACE_DATA, 'notices'));
  return [
    SplitDocumentStage,
    { stage: EmbedStage, providers: [{ provide: Embedder, useClass: WordEmbedder }] },
    { stage: IndexDocumentStage, providers: [index] },
    { stage: SearchIndexStage, providers: [index] },
    { stage: ListDocumentsStage, providers: [index] },
    { stage: ReadDocumentStage, providers: [index] },
    { stage: AnnounceStage, providers: [{ provide: Notices, useValue: notices }] },
  ];
}
