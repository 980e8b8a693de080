import { defineStage } from '@millrace/pipeline';
import { z } from 'zod';

const Name = z.string().regex(/^[\w-]{1,80}$/, 'expected letters, digits, - and _');
export const Post = z.object({ id: Name, author: Name, text: z.string() });

export const Judgement = z.object({ verdict: z.enum(['fine', 'unsure', 'harmful']), reasons: z.array(z.string()) });
export type Judgement = z.infer<typeof Judgement>;

/** Says by rules whether a post may stay, with the reasons; `unsure` is for a person. */
export const screenPost = defineStage({
  name: 'screen-post',
  summary: 'By the rules: {verdict}',
  input: z.object({ text: z.string() }),
  output: Judgement,
});

/** The same, by a model. */
export const judgePost = defineStage({
  name: 'judge-post',
  summary: 'By the model: {verdict}',
  input: z.object({ text: z.string(), model: z.enum(['small', 'large']) }),
  output: Judgement,
});

/** Shows a post, or hides it. */
export const showPost = defineStage({
  name: 'show-post',
  summary: '{visible?Shown|Hidden}',
  input: z.object({ post: Name, visible: z.boolean() }),
  output: z.object({ visible: z.boolean() }),
});

export const erasePost = defineStage({
  name: 'erase-post',
  summary: 'Erased',
  input: z.object({ post: Name }),
  output: z.object({ erased: z.boolean() }),
});

/** Tells an author what became of a post, once. */
export const tellAuthor = defineStage({
  name: 'tell-author',
  summary: 'The author was told',
  input: z.object({ author: Name, post: Name, what: z.enum(['hidden']), reasons: z.array(z.string()) }),
  output: z.object({ told: z.boolean() }),
});
