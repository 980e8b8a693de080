import type { DestinationStream } from 'pino';

const HIDDEN = new Set(['level', 'time', 'service', 'msg', 'err', 'traceId']);

/** Turns JSON log lines into lines for people: time, level, service, message, then the other fields. */
export function prettyTo(to: DestinationStream): DestinationStream {
  return { write: (line) => to.write(pretty(line)) };
}

function pretty(line: string): string {
  let entry: Record<string, unknown>;
  try {
    entry = JSON.parse(line) as Record<string, unknown>;
  } catch {
    return line;
  }
  const text = (name: string) => (typeof entry[name] === 'string' ? entry[name] : '');
  const fields = Object.entries(entry)
    .filter(([name]) => !HIDDEN.has(name))
    .map(([name, value]) => ` ${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`);
  const error = entry['err'] as { stack?: string; message?: string } | undefined;
  const trail = error === undefined ? '' : `\n${error.stack ?? error.message ?? ''}`;
  const head = `${text('time').slice(11, 23)} ${text('level').toUpperCase().padEnd(5)} ${text('service')}`;
  return `${head}: ${text('msg')}${fields.join('')}${trail}\n`;
}
