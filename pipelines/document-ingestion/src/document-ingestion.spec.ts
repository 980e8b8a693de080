import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { StageFailure } from '@millrace/stage';
import { stageTest, testEngine } from '@millrace/testing';
import { resultsTopic } from './config.js';
import { documentIngestion, documentNotices, documentSearch, documentUpkeep } from './document-ingestion.js';
import { announce, embed, indexDocument, splitDocument } from './stages/contracts.js';
import { SplitDocumentStage } from './stages/document.stages.js';
import { stages } from './stages/index.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'document-ingestion-'));
});
afterEach(() => rm(folder, { recursive: true }));

const sample = async <T>(name: string): Promise<T> =>
  JSON.parse(await readFile(fileURLToPath(new URL(`../samples/${name}.json`, import.meta.url)), 'utf8')) as T;
const handbook = () => sample<{ id: string; title: string; text: string }>('travel-handbook');
const ingesting = () => testEngine(documentIngestion, stages({ INDEX_DIR: folder }));

async function asked(question: string) {
  await using engine = await testEngine(documentSearch, stages({ INDEX_DIR: folder }));
  return (await engine.start({ question })).output!.passages;
}

test('what was ingested is found by a question about it', async () => {
  await using engine = await ingesting();
  const run = await engine.start(await handbook());
  expect(run.output).toEqual({ document: 'travel-handbook', found: 12, indexed: 12 });
  const { question } = await sample<{ question: string }>('question');
  const [best] = await asked(question);
  expect(best).toMatchObject({
    document: 'travel-handbook',
    heading: 'Travel handbook › While you are away › A lost card',
    text: expect.stringContaining('+44 20 5550 0199'),
  });
});

test('a new version of a document takes the place of the one before', async () => {
  await using engine = await ingesting();
  await engine.start(await handbook());
  await engine.start({ id: 'travel-handbook', title: 'Travel', text: 'We have no number to ring any more.' });
  const passages = await asked('which number do I ring');
  expect(passages.map(({ text }) => text)).toEqual(['We have no number to ring any more.']);
});

test('a passage that cannot be embedded is left out, up to one in ten', async () => {
  const broken = new StageFailure('NO_WORDS', 'There are no words in it.', { kind: 'permanent' });
  await using engine = await ingesting();
  engine.throwTimes('embed[3]', 1, broken);
  const run = await engine.start(await handbook());
  expect(run.output).toMatchObject({ found: 12, indexed: 11 });

  engine.throwTimes('embed[3]', 1, broken);
  engine.throwTimes('embed[4]', 1, broken);
  const worse = await engine.start(await handbook());
  expect(worse.step('embed')).toMatchObject({ status: 'dead-lettered', failure: { code: 'TOO_MANY_FAILED' } });
  await worse.redrive('embed');
  expect(worse.output).toMatchObject({ found: 12, indexed: 12 });
});

test('a process that dies over the index leaves one, whole', async () => {
  await using engine = await ingesting();
  engine.crashOnce('file', 'before-publish');
  const run = await engine.start(await handbook());
  expect(engine.asked(indexDocument)).toHaveLength(2);
  expect(run.status).toBe('completed');
  expect(await readdir(folder)).toEqual(['travel-handbook.json']);
});

test('a long document is worked on in chunks, and all of it is indexed, in order', async () => {
  await using engine = await ingesting();
  const paragraphs = Array.from({ length: 120 }, (_, i) => `Paragraph ${i}.`);
  const run = await engine.start({ id: 'long', title: 'Long', text: paragraphs.join('\n\n') });
  expect(run.output).toMatchObject({ indexed: 120 });
  expect(run.child('embed[100-119]').status).toBe('completed');
  expect(engine.asked(embed)).toHaveLength(120);
  const indexed = JSON.parse(await readFile(join(folder, 'long.json'), 'utf8')) as { text: string }[];
  expect(indexed.map((passage) => passage.text)).toEqual(paragraphs);
});

test('a document without a text is parked with the reason', async () => {
  await using engine = await ingesting();
  const run = await engine.start({ id: 'empty', title: 'Empty', text: '\n\n# Only a heading\n' });
  expect(run.step('split').failure).toMatchObject({ code: 'DOCUMENT_EMPTY' });
});

test('at three at night, where its readers are, all that is indexed is embedded again', async () => {
  await using ingest = await ingesting();
  await ingest.start(await handbook());
  await ingest.start({ id: 'other', title: 'Other', text: 'One passage.' });
  await using engine = await testEngine(documentUpkeep, stages({ INDEX_DIR: folder }));
  await engine.clock.advance('1d');
  const [run] = engine.runs;
  expect(run!.output).toEqual({
    at: '2026-01-01T02:00:00.000Z',
    indexed: [{ output: { count: 1 } }, { output: { count: 12 } }],
  });
  expect(engine.asked(embed)).toHaveLength(13);
  expect((await asked('a lost card'))[0]).toMatchObject({
    heading: 'Travel handbook › While you are away › A lost card',
  });
});

test('the topic that tells of ended runs has the prefix of the installation', () => {
  expect(resultsTopic({ TOPIC_PREFIX: 'staging.' })).toBe('staging.results');
  expect(documentNotices.plan.starts?.triggers).toMatchObject({ [resultsTopic()]: { topic: resultsTopic() } });
});

test('readers are told of what was ingested within ten seconds at once, and of what failed not at all', async () => {
  const notices = join(folder, 'notices');
  await using engine = await testEngine(documentNotices, stages({ INDEX_DIR: folder, NOTICES_DIR: notices }));
  const ended = (document: string, status = 'completed', pipeline = 'document-ingestion') =>
    engine.publish(resultsTopic(), { pipeline, status, output: { document, found: 2, indexed: 2 } });
  await ended('a');
  await ended('b');
  await ended('c', 'failed');
  await ended('d', 'completed', 'document-search');
  expect(engine.runs).toEqual([]);
  await engine.clock.advance('10s');
  expect(engine.runs.map(({ output }) => output)).toEqual([{ announced: 2 }]);
  expect(engine.asked(announce).map(({ input }) => input.documents.map(({ document }) => document))).toEqual([
    ['a', 'b'],
  ]);
  const [file] = await readdir(notices);
  expect(await readFile(join(notices, file!), 'utf8')).toBe('a: 2 passages\nb: 2 passages\n');
});

describe('a document is split', () => {
  const split = async (text: string) => {
    await using stage = await stageTest(splitDocument, SplitDocumentStage);
    const answer = await stage.ask({ title: 'Book', text });
    return answer.is === 'completed' ? answer.output.passages : answer;
  };

  test('at its paragraphs, which know the headings they stand under', async () => {
    expect(await split('Before.\n# One\nFirst.\n## Two\n\nSecond\nline.\n# Three\nThird.')).toEqual([
      { heading: 'Book', text: 'Before.' },
      { heading: 'Book › One', text: 'First.' },
      { heading: 'Book › One › Two', text: 'Second line.' },
      { heading: 'Book › Three', text: 'Third.' },
    ]);
  });

  test('and between sentences where a paragraph is long', async () => {
    const sentence = `${'word '.repeat(39)}end.`;
    const parts = (await split([sentence, sentence, sentence].join(' '))) as { text: string }[];
    expect(parts.map(({ text }) => text)).toEqual([`${sentence} ${sentence}`, sentence]);
  });
});
