import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { type Problem, problemRemedyOf } from '@millrace/contracts/http';
import { Liquid } from 'liquidjs';

const folder = (name: string) => fileURLToPath(new URL(`../../${name}/`, import.meta.url));

/** Makes HTML of templates. Whatever is put out is escaped; nothing in the templates lifts that. */
export class Pages {
  private readonly liquid = new Liquid({
    root: folder('views'),
    extname: '.liquid',
    outputEscape: 'escape',
    ownPropertyOnly: true,
    cache: true,
  });

  constructor(private readonly jaegerUrl: string | undefined) {}

  render(view: 'runs' | 'run' | 'message', data: object): Promise<string> {
    return this.liquid.renderFile(view, data) as Promise<string>;
  }

  /** A problem for people. */
  problem(problem: Problem): Promise<string> {
    return this.render('message', { ...problem, remedy: problemRemedyOf(problem.code) });
  }

  /** The page's own script, style and icon. */
  asset(name: 'app.js' | 'app.css' | 'icon.svg'): Promise<string> {
    return readFile(folder('public') + name, 'utf8');
  }

  /** Returns the URL at which Jaeger shows a trace; undefined where it is not known. */
  traceUrl(traceId: string): string | undefined {
    return this.jaegerUrl && `${this.jaegerUrl.replace(/\/+$/, '')}/trace/${traceId}`;
  }
}
