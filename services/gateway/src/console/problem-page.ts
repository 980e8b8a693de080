import { type Problem, problemRemedyOf } from '@millrace/contracts/http';

const escaped = (text: string): string => text.replaceAll(/[&<>"']/g, (letter) => `&#${letter.charCodeAt(0)};`);

const paragraph = (text: string, attributes = ''): string =>
  text === '' ? '' : `<p${attributes}>${escaped(text)}</p>`;

/** Returns the page that a person sees where a request failed: what happened, to what, and what to do. It needs no script. */
export function problemPage(problem: Problem, { shell, home }: ProblemPageOptions): string {
  const { title, detail, status, code, errors = [], traceId } = problem;
  const list = errors.map(
    (error) => `<li dir="auto"><code>${escaped(error.pointer)}</code> ${escaped(error.detail)}</li>`,
  );
  const trace = traceId === undefined ? '' : ` · trace <code>${escaped(traceId)}</code>`;
  const page = [
    `<main class="center" role="alert"><h1>${escaped(title)}</h1>`,
    paragraph(detail ?? '', ' dir="auto" class="wrap"'),
    list.length > 0 ? `<ul>${list.join('')}</ul>` : '',
    paragraph(problemRemedyOf(code)),
    `<p><a class="button" href="${escaped(home)}">Open the console</a></p>`,
    `<p class="quiet">${status} <code>${escaped(code)}</code>${trace}</p></main>`,
  ].join('');
  return (shell ?? PLAIN)
    .replaceAll(/<script\b[^>]*><\/script>|<link rel="modulepreload"[^>]*>|<noscript>.*?<\/noscript>/g, '')
    .replace(/<title>.*?<\/title>/, () => `<title>${escaped(title)} · Millrace</title>`)
    .replace('<div id="console"></div>', () => page);
}

interface ProblemPageOptions {
  /** The page of the console, whose style this one has; undefined where the console was not built. */
  readonly shell: string | undefined;
  /** The address of the console, relative to the page. */
  readonly home: string;
}

const PLAIN =
  '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Millrace</title></head><body><div id="console"></div></body></html>';
