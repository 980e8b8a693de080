import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { StageFailure } from '@millrace/stage';
import { testEngine } from '@millrace/testing';
import { contentModeration } from './content-moderation.js';
import { screenPost, showPost } from './stages/contracts.js';
import { stages } from './stages/index.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'content-moderation-'));
});
afterEach(() => rm(folder, { recursive: true }));

const moderating = () => testEngine(contentModeration, stages({ BOARD_DIR: folder }));
type Post = { id: string; author: string; text: string };
const sample = async (name: string): Promise<Post> =>
  JSON.parse(await readFile(fileURLToPath(new URL(`../samples/${name}.json`, import.meta.url)), 'utf8')) as Post;
const post = async (id: string) => JSON.parse(await readFile(join(folder, `${id}.json`), 'utf8')) as unknown;

test('a post that nobody can object to stays', async () => {
  await using engine = await moderating();
  const run = await engine.start(await sample('fine'));
  expect(run.output).toEqual({ verdict: 'fine', visible: true });
  expect(engine.asked(showPost)).toEqual([]);
});

test('of two models the first that answers counts', async () => {
  await using engine = await moderating();
  engine.delayOnce('small', '30s');
  const run = await (await engine.start(await sample('fine'))).ended();
  expect(run.output).toEqual({ verdict: 'fine', visible: true });
  expect([run.child('screen[large]').status, run.child('screen[small]').status]).toEqual(['completed', 'cancelled']);
});

test('where a model is busy the rules answer in its place', async () => {
  await using engine = await moderating();
  const busy = new StageFailure('MODEL_BUSY', 'Too many at once.');
  for (const model of ['small', 'large']) engine.throwTimes(model, 1, busy);
  const run = await engine.start(await sample('harmful'));
  expect(engine.asked(screenPost).length).toBeGreaterThan(0);
  expect(run.child('removal').waiting).toEqual(['appeal']);
});

test('where neither can say, a moderator is told why', async () => {
  await using engine = await moderating();
  const refused = new StageFailure('CONTENT_REFUSED', 'The model does not read such texts.', { kind: 'permanent' });
  for (const model of ['small', 'large']) engine.throwTimes(model, 1, refused);
  const run = await engine.start(await sample('fine'));
  expect(run.shown('look')).toMatchObject({ reasons: ['The model does not read such texts.'] });
});

test('a doubtful one waits for a moderator, whose word counts', async () => {
  await using engine = await moderating();
  const run = await engine.start(await sample('unsure'));
  expect(run.shown('look')).toMatchObject({ reasons: ['it has a link', 'it shouts', 'it sells something'] });
  await run.answer('look', { remove: false, why: 'It is a good watch.' });
  expect(run.output).toEqual({ verdict: 'unsure', visible: true });
});

test('where no moderator comes it goes to the leads, and after a day it is removed', async () => {
  await using engine = await moderating();
  const run = await engine.start(await sample('unsure'));
  await engine.clock.advance('4h');
  expect(run.history).toContain('step.escalated look {"group":"lead moderators"}');
  await engine.clock.advance('20h');
  expect(run.child('removal').waiting).toEqual(['appeal']);
  expect(await post('post-1')).toEqual({ visible: false });
});

test('a removed post is shown again where the appeal is heard', async () => {
  await using engine = await moderating();
  const run = await engine.start(await sample('harmful'));
  const removal = run.child('removal');
  await engine.clock.advance('6d');
  await removal.answer('appeal', { appealed: true, why: 'It is a line from a play.' });
  expect(removal.shown('hear')).toMatchObject({ appeal: 'It is a line from a play.' });
  await removal.answer('hear', { remove: false, why: 'So it is.' });
  expect(run.output).toEqual({ verdict: 'harmful', visible: true });
  expect(await post('post-2')).toEqual({ visible: true });
});

test('an appeal that nobody hears in time is granted', async () => {
  await using engine = await moderating();
  const run = await engine.start(await sample('harmful'));
  await run.child('removal').answer('appeal', { appealed: true, why: 'Please.' });
  await engine.clock.advance('3d');
  expect(run.output).toMatchObject({ visible: true });
});

test.each([
  ['without an appeal, after thirty-seven days', undefined, '37d'],
  ['when the appeal is turned down, after thirty', { appealed: true, why: 'Please.' }, '30d'],
] as const)('a removed post is erased %s', async (_, appeal, days) => {
  await using engine = await moderating();
  const run = await engine.start(await sample('harmful'));
  const removal = run.child('removal');
  if (appeal) {
    await removal.answer('appeal', appeal);
    await removal.answer('hear', { remove: true, why: 'It stays away.' });
  }
  expect(await post('post-2')).toEqual({ visible: false });
  await engine.clock.advance(days);
  expect(run.output).toEqual({ verdict: 'harmful', visible: false });
  expect((await readdir(folder)).filter((name) => name.startsWith('post'))).toEqual([]);
});

test('an author is told once, whatever dies over it', async () => {
  await using engine = await moderating();
  engine.crashOnce('tell', 'before-publish');
  const run = await engine.start(await sample('harmful'));
  expect(run.child('removal').waiting).toEqual(['appeal']);
  const told = (await readdir(folder)).filter((name) => name.startsWith('to-bob'));
  expect(told).toHaveLength(1);
});
