import { type Handles, type In, type Out, Stage, StageFailure, type StageRun } from '@millrace/stage';
import {
  announce,
  embed,
  indexDocument,
  listDocuments,
  readDocument,
  searchIndex,
  splitDocument,
} from './contracts.js';
import { Embedder } from './embedder.js';
import { Notices } from './notices.js';
import { PassageIndex } from './passage-index.js';
import { passagesIn } from './passages.js';

@Stage(splitDocument)
export class SplitDocumentStage implements Handles<typeof splitDocument> {
  handle({ title, text }: In<typeof splitDocument>): Out<typeof splitDocument> {
    const passages = passagesIn(title, text);
    if (passages.length === 0)
      throw new StageFailure('DOCUMENT_EMPTY', 'The document has no text.', { kind: 'permanent' });
    return { count: passages.length, passages };
  }
}

@Stage(embed)
export class EmbedStage implements Handles<typeof embed> {
  constructor(private readonly embedder: Embedder) {}

  async handle(passage: In<typeof embed>, run: StageRun): Promise<Out<typeof embed>> {
    const { heading, text } = passage;
    return { heading, text, vector: [...(await this.embedder.embed(`${heading} ${text}`, run.signal))] };
  }
}

@Stage(indexDocument)
export class IndexDocumentStage implements Handles<typeof indexDocument> {
  constructor(private readonly index: PassageIndex) {}

  async handle({ document, passages }: In<typeof indexDocument>): Promise<Out<typeof indexDocument>> {
    await this.index.put(document, passages);
    return { count: passages.length };
  }
}

@Stage(listDocuments)
export class ListDocumentsStage implements Handles<typeof listDocuments> {
  constructor(private readonly index: PassageIndex) {}

  async handle(): Promise<Out<typeof listDocuments>> {
    return { documents: [...(await this.index.documents())] };
  }
}

@Stage(readDocument)
export class ReadDocumentStage implements Handles<typeof readDocument> {
  constructor(private readonly index: PassageIndex) {}

  async handle({ document }: In<typeof readDocument>): Promise<Out<typeof readDocument>> {
    const passages = await this.index.read(document);
    return { passages: passages.map(({ heading, text }) => ({ heading, text })) };
  }
}

@Stage(announce)
export class AnnounceStage implements Handles<typeof announce> {
  constructor(private readonly notices: Notices) {}

  async handle({ documents }: In<typeof announce>, run: StageRun): Promise<Out<typeof announce>> {
    await this.notices.put(
      documents.map(({ document, indexed }) => `${document}: ${indexed} passages`),
      run.idempotencyKey,
    );
    return { announced: documents.length };
  }
}

@Stage(searchIndex)
export class SearchIndexStage implements Handles<typeof searchIndex> {
  constructor(private readonly index: PassageIndex) {}

  async handle({ vector, most }: In<typeof searchIndex>): Promise<Out<typeof searchIndex>> {
    return { passages: [...(await this.index.nearest(vector, most))] };
  }
}
