import { type Handles, type In, type Out, Stage, StageFailure, type StageRun } from '@millrace/stage';
import { embed, indexDocument, searchIndex, splitDocument } from './contracts.js';
import { Embedder } from './embedder.js';
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

@Stage(searchIndex)
export class SearchIndexStage implements Handles<typeof searchIndex> {
  constructor(private readonly index: PassageIndex) {}

  async handle({ vector, most }: In<typeof searchIndex>): Promise<Out<typeof searchIndex>> {
    return { passages: [...(await this.index.nearest(vector, most))] };
  }
}
