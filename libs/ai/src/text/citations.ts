/** `[kb:id]` and what models make of it: `[kb: id]`, `(KB:id)`, `【kb:a, kb:b】`, `[[kb:id]](…)`. */
const MARK =
  /[ \t\u00a0]{0,3}(?:\[{1,2}|[({<【]|\\\[)\s{0,3}kb\s{0,3}[:：]\s{0,3}([^\])}>】\n]{1,300}?)(?:\\\]|\]{1,2}|[)}>】])(?:\([^()\s]{0,300}\))?/giu;
/** One that was never closed, or that stands in the open. */
const BARE = /[ \t\u00a0]{0,3}[[({<【]?\bkb\s?[:：]\s?([a-z0-9][\w-]{0,100})/giu;

/** The ids of the articles that a text cites, each once. */
export function citationsIn(text: string): string[] {
  const closed = [...text.matchAll(MARK)].flatMap(([, ids = '']) => ids.split(/[,;]/));
  const bare = [...text.replace(MARK, '').matchAll(BARE)].map(([, id = '']) => id);
  const ids = [...closed, ...bare].map((id) => id.replace(/^\s*kb\s*[:：]/i, '').trim());
  return [...new Set(ids.filter((id) => id !== ''))];
}

/** A text as a customer gets it: without marks of citations, which mean nothing to them. */
export function withoutCitations(text: string): string {
  return text.replace(MARK, '').replace(BARE, '');
}
