import type { z } from 'zod';
import type { Passage } from './contracts.js';

/** Characters of a passage, at most, where its sentences allow it. */
const LONGEST = 500;

/** The paragraphs of a text in markdown, each with the headings it stands under; long ones are cut between sentences. */
export function passagesIn(title: string, text: string): z.infer<typeof Passage>[] {
  const headings = [title];
  return text
    .split(/\n\s*\n|\n(?=#)|(?<=^#.*)\n/m)
    .map((block) => block.trim())
    .filter((block) => block !== '')
    .flatMap((block) => {
      const [, level, heading] = /^(#{1,6}) +(.+)$/.exec(block) ?? [];
      if (level === undefined || heading === undefined)
        return cut(block.replace(/\s+/g, ' ')).map((part) => ({
          heading: headings.filter(Boolean).join(' › '),
          text: part,
        }));
      headings.splice(level.length, Infinity, heading);
      return [];
    });
}

function cut(paragraph: string): string[] {
  const parts: string[] = [];
  for (const sentence of paragraph.split(/(?<=[.!?])\s/)) {
    const last = parts.at(-1);
    if (last !== undefined && last.length + sentence.length < LONGEST) parts[parts.length - 1] = `${last} ${sentence}`;
    else parts.push(sentence);
  }
  return parts;
}
