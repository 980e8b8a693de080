import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { present } from '@millrace/contracts';
import { z } from 'zod';
import { ModelDataInvalid } from '../llm/errors.js';

/** A knowledge-base article: what it answers, for which intents, about which product. */
export const Article = z.object({
  id: z.string().regex(/^[a-z0-9][a-z0-9-]{0,63}$/, 'expected lower-case letters, digits and hyphens'),
  title: z.string().min(1),
  intents: z.array(z.string()).default([]),
  product: z.string().optional(),
  questions: z.array(z.string()).default([]),
  body: z.string().min(1),
});
export type Article = z.infer<typeof Article>;

/**
 * Reads a markdown article. Its front matter holds `id`, `title`, `intents` (separated by commas), `product` and `questions`
 * (lines that start with a hyphen).
 */
export function parseArticle(markdown: string, file: string): Article {
  const [, head, body] = /^---\r?\n([\s\S]{0,8000}?)\r?\n---\r?\n([\s\S]*)$/.exec(markdown) ?? [];
  if (head === undefined || body === undefined) {
    throw new ModelDataInvalid(`${file} has no front matter: expected lines between two lines of three hyphens.`);
  }
  const fields: Record<string, string> = {};
  const questions: string[] = [];
  for (const line of head.split(/\r?\n/)) {
    const question = /^\s*-\s+(\S.*)$/.exec(line)?.[1];
    if (question) questions.push(question.trim());
    const [, name, value] = /^(\w+):\s*(.*)$/.exec(line) ?? [];
    if (name && value) fields[name] = value.trim();
  }
  const intents = (fields['intents'] ?? '').split(',').map((intent) => intent.trim());
  const article = Article.safeParse({ ...fields, intents: intents.filter(Boolean), questions, body: body.trim() });
  if (!article.success) {
    const { path, message } = present(article.error.issues[0], 'issue of the article');
    throw new ModelDataInvalid(`${file}: ${path.join('.')}: ${message}`);
  }
  return article.data;
}

/** All articles (`*.md`) of a folder, by name. Two articles with one id are refused. */
export async function loadArticles(folder: string): Promise<Article[]> {
  const files = (await readdir(folder)).filter((name) => name.endsWith('.md')).sort();
  const articles = await Promise.all(
    files.map(async (name) => parseArticle(await readFile(join(folder, name), 'utf8'), name)),
  );
  const twice = articles.find(({ id }, at) => articles.findIndex((other) => other.id === id) !== at);
  if (twice) throw new ModelDataInvalid(`Two articles have the id ${twice.id}: ids are cited and must be unique.`);
  return articles;
}
