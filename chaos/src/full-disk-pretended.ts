// Loaded with `node --import` before a service: while the file that `?marker=` names is there, files take nothing more.
import fs from 'node:fs';

const marker = new URL(import.meta.url).searchParams.get('marker') ?? '';
const write = fs.writeSync.bind(fs) as (...args: unknown[]) => number;

fs.writeSync = ((...args: unknown[]) => {
  // With a place in the file: a log or a database, not what goes to the terminal.
  if (typeof args[4] === 'number' && fs.existsSync(marker))
    throw Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC', syscall: 'write' });
  return write(...args);
}) as typeof fs.writeSync;
