import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { ROOT } from './processes.js';
import { build } from './standalone-process.js';

/** Writes the packages of which something was loaded. */
const LISTS = `
import { registerHooks } from 'node:module';
const loaded = new Set();
registerHooks({
  load(url, context, next) {
    const [, name] = /node_modules\\/((?:@[^/]+\\/)?[^/]+)/.exec(url) ?? /\\/(libs\\/[^/]+)\\/dist/.exec(url) ?? [];
    if (name) loaded.add(name);
    return next(url, context);
  },
});
process.on('exit', () => process.stderr.write(JSON.stringify([...loaded])));`;

beforeAll(() => build());

test('the help of the command line loads neither what compiles plans nor what runs services', () => {
  const hook = `data:text/javascript,${encodeURIComponent(LISTS)}`;
  const args = ['--import', hook, join(ROOT, 'services/millrace/bin/millrace.mjs'), '--help'];
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
  expect([status, stdout]).toEqual([0, expect.stringContaining('Usage: millrace')]);
  const loaded = JSON.parse(stderr) as string[];
  expect(loaded).toContain('libs/client');
  const heavy = [
    ...['libs/pipeline', 'libs/service', 'libs/runtime', 'libs/store', 'libs/ai'],
    ...['ajv', 'kafkajs', '@nestjs/core'],
  ];
  expect(loaded.filter((name) => heavy.includes(name))).toEqual([]);
});
