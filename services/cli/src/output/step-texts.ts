import type { Runs } from '@millrace/client';
import type { Fact } from '@millrace/contracts';
import { paint, plain, type Terminal } from './terminal.js';

/** A line of text is shown when it has so many characters. */
const LINE = 100;
/** The most steps whose text is shown at once. */
const MOST = 8;

interface Needs {
  readonly runs: Pick<Runs, 'text'>;
  readonly terminal: Pick<Terminal, 'say' | 'colours'>;
  readonly signal: AbortSignal;
}

/** Shows what the steps of a run write while they are under way, line by line. */
export class StepTextLines {
  private readonly shown = new Set<string>();

  constructor(
    private readonly run: string,
    private readonly needs: Needs,
  ) {}

  /** Begins with the steps that the fact says are under way. */
  see(fact: Fact): void {
    if (fact.type === 'step.requested' && fact.stage !== undefined) this.show(fact.step);
    if (fact.type === 'step.completed') for (const step of fact.next ?? []) this.show(step);
  }

  private show(step: string): void {
    if (this.shown.has(step) || this.shown.size >= MOST) return;
    this.shown.add(step);
    this.tell(step)
      // The run goes on without it.
      .catch(() => undefined)
      .finally(() => this.shown.delete(step));
  }

  private async tell(step: string): Promise<void> {
    const { runs, terminal, signal } = this.needs;
    let line = '';
    const say = (text: string) =>
      terminal.say(`${' '.repeat(9)} ${paint(terminal, 'grey', `│ ${step.padEnd(10)}`)} ${text}\n`);
    const flush = () => {
      if (line.trim() !== '') say(line);
      line = '';
    };
    try {
      for await (const event of runs.text({ run: this.run, step }, { signal })) {
        if (event.type !== 'text') flush();
        if (event.type === 'restart' && event.attempt > 1) say(`(attempt ${event.attempt})`);
        if (event.type !== 'text') continue;
        line += plain(event.text);
        for (let end = breakOf(line); end >= 0; end = breakOf(line)) {
          const rest = line.slice(end).replace(/^\s/, '');
          line = line.slice(0, end);
          flush();
          line = rest;
        }
      }
    } finally {
      flush();
    }
  }
}

/** Returns where the first line of the text ends; -1 where it may go on. */
function breakOf(text: string): number {
  const newLine = text.indexOf('\n');
  if (newLine >= 0 && newLine <= LINE) return newLine;
  if (text.length <= LINE) return -1;
  const space = text.lastIndexOf(' ', LINE);
  return space > LINE / 2 ? space : LINE;
}
