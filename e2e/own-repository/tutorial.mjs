// Does what the tutorial says, word for word: runs the commands of each `sh` block in the folder where the block before
// has left off, writes the file that another block is named after, and looks for the lines of each `text` block in what
// was said since. Numbers and the ids of runs may differ; `npm run dev` goes on in the background.
import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const PAGE = new URL('../../docs/tutorial/your-own-pipeline.md', import.meta.url);
const LATE_MS = 120_000;
const STAYS = /^npm run dev$/;

/** Returns how many blocks were done. @throws where a command fails or a line is missing */
export async function followTutorial({ folder, env }) {
  const blocks = blocksOf(readFileSync(PAGE, 'utf8'));
  const at = { folder, env, said: '', background: undefined };
  try {
    for (const block of blocks) await follow(block, at);
  } finally {
    await at.background?.stop();
  }
  return blocks.length;
}

const blocksOf = (page) =>
  [...page.matchAll(/^```(\w+)(?: (\S+))?\n([\s\S]*?)^```$/gm)].map(([, language, file, text]) => ({
    language,
    file,
    text,
  }));

async function follow({ language, file, text }, at) {
  if (file !== undefined) {
    mkdirSync(dirname(join(at.folder, file)), { recursive: true });
    at.background?.forget();
    writeFileSync(join(at.folder, file), text);
    at.said = undefined;
  } else if (language === 'sh' && STAYS.test(text.trim())) {
    at.background = inBackground(text, at);
    at.said = undefined;
  } else if (language === 'sh') {
    at.said = await shell(text, at);
  } else if (language === 'text') {
    await isSaid(text, at);
  } else {
    throw new Error(`Nobody knows what to do with a block of ${language}:\n${text}`);
  }
}

function shell(commands, at) {
  const mark = '--- folder: ';
  return new Promise((resolve, reject) => {
    const script = `set -e\n${commands}\necho "${mark}$PWD"`;
    const child = spawn('bash', ['-c', script], { cwd: at.folder, env: at.env, stdio: ['ignore', 'pipe', 'pipe'] });
    let said = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (said += chunk));
    child.once('close', (code) => {
      if (code !== 0) return reject(new Error(`This ended with ${code}:\n${commands}\n${said}`));
      at.folder = said.slice(said.lastIndexOf(mark) + mark.length).trim();
      resolve(said.slice(0, said.lastIndexOf(mark)));
    });
  });
}

function inBackground(command, { folder, env }) {
  const child = spawn('bash', ['-c', `exec ${command}`], { cwd: folder, env, stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (said += chunk));
  const ended = new Promise((resolve) => child.once('close', resolve));
  return {
    said: () => said,
    forget: () => (said = ''),
    stop: () => {
      child.kill('SIGTERM');
      return ended;
    },
  };
}

async function isSaid(text, at) {
  const expected = new RegExp(text.trim().split('\n').map(patternOf).join('[\\s\\S]*?'));
  const said = () => at.said ?? at.background.said();
  for (const end = Date.now() + LATE_MS; Date.now() < end && !expected.test(said()); await sleep(100))
    if (at.said !== undefined) break;
  if (!expected.test(said())) throw new Error(`The tutorial shows\n${text}\nand this was said instead:\n${said()}`);
}

/** A line as a pattern: numbers stand for numbers, `…` and space for whatever is there. */
const patternOf = (line) =>
  line
    .trim()
    .replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&')
    .replaceAll(/\s+/g, '\\s+')
    .replaceAll(/\b\d+(?:\\\.\d+)*/g, '[\\d.]+')
    .replaceAll(/(?<=\]\+)(?: |\\s\+)?(?:ms|s)\b/g, '\\s*m?s')
    .replaceAll('…', '.*');
