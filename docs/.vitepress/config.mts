import { cpSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { defineConfig, type MarkdownRenderer } from 'vitepress';
import { sidebar } from './pages.mts';

const docs = fileURLToPath(new URL('..', import.meta.url));

/** Shows a link to a file of the repository as the file's path: the site has no copy of the sources. */
function sourcesByPath(md: MarkdownRenderer): void {
  md.core.ruler.push('sources-by-path', ({ tokens, env }) => {
    const folder = dirname((env as { relativePath: string }).relativePath);
    for (const { children } of tokens) {
      let left = false;
      for (const token of children ?? []) {
        if (token.type === 'link_open') {
          const href = token.attrGet('href') ?? '';
          const path = normalize(join(folder, href));
          left = !/^[a-z]+:|^[#/]/.test(href) && path.startsWith('..');
          if (!left) continue;
          token.tag = 'span';
          token.attrs = [
            ['class', 'source'],
            ['title', path.replace(/^(\.\.\/)+/, '')],
          ];
        } else if (token.type === 'link_close' && left) {
          token.tag = 'span';
          left = false;
        }
      }
    }
  });
}

/** Names a headline as GitHub does, so that a link leads to it in both places. */
const asGitHubDoes = (headline: string): string =>
  headline
    .trim()
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
    .replaceAll(/\s/g, '-');

export default defineConfig({
  lang: 'en',
  title: 'Millrace',
  description: 'AI pipelines as event-driven microservices on Kafka.',
  outDir: './.vitepress/dist',
  // Addresses of what the reader has started.
  ignoreDeadLinks: 'localhostLinks',
  head: [['link', { rel: 'icon', href: '/icon.svg', type: 'image/svg+xml' }]],
  markdown: {
    theme: { light: 'github-light', dark: 'github-dark' },
    config: sourcesByPath,
    anchor: { slugify: asGitHubDoes },
  },
  themeConfig: {
    logo: '/icon.svg',
    sidebar,
    outline: { level: 2 },
    search: { provider: 'local' },
    nav: [
      { text: 'Tutorial', link: '/tutorial/your-own-pipeline' },
      { text: 'How-to', link: '/how-to/add-a-stage' },
      { text: 'Reference', link: '/reference/pipeline-language' },
      { text: 'Explanation', link: '/explanation/exactly-once' },
    ],
  },
  buildEnd: ({ outDir }) => cpSync(join(docs, 'schemas'), join(outDir, 'schemas'), { recursive: true }),
});
