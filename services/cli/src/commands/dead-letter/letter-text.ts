import { cut } from '@millrace/contracts';
import type { DeadLetterView } from '@millrace/client';
import { commandOf, oneLine, plain, type Terminal } from '../../output/terminal.js';

/** Characters of a record that are shown; `-o json` has all of it. */
const MOST_SHOWN = 2_000;

/** Returns a dead letter for people. */
export function letterText(letter: DeadLetterView, terminal: Terminal): string {
  const { id, status, at, failure, run, step, attempts, record, input, fingerprint, redrives, handled } = letter;
  const { assignee, tags = [], notes = [], tickets = [], tries = [], traceId } = letter;
  const lines = [
    `${id}  ${status}`,
    `at        ${at}`,
    ...(run ? [`run       ${run}`, `step      ${step}, ${attempts} attempts`] : []),
    ...tries.map(
      ({ attempt, requestedAt, endedAt, failure: failed }) =>
        `          ${attempt}: ${requestedAt} to ${endedAt ?? 'its end'}${failed ? `, ${failed.code}` : ''}`,
    ),
    ...(record ? [`record    ${record.topic} partition ${record.partition} offset ${record.offset}`] : []),
    ...(traceId ? [`trace     ${traceId}`] : []),
    `failure   ${failure.code}: ${oneLine(failure.message)}`,
    ...(failure.details ?? []).map(({ pointer, detail }) => `          ${pointer} ${oneLine(detail)}`),
    ...(failure.remedy ? [`remedy    ${failure.remedy}`] : []),
    `group     ${fingerprint}`,
    ...(redrives > 0 ? [`redrives  ${redrives} before`] : []),
    ...(handled ? [`${status.padEnd(8)}  ${handled.at} by ${oneLine(handled.by ?? 'somebody')} (${handled.act})`] : []),
    ...(assignee ? [`assigned  ${oneLine(assignee)}`] : []),
    ...(tags.length > 0 ? [`tags      ${oneLine(tags.join(', '))}`] : []),
    ...tickets.map((url) => `ticket    ${oneLine(url)}`),
    ...notes.map((note) => `note      ${note.at} ${oneLine(`${note.by ?? 'somebody'}: ${note.text}`)}`),
    ...(record?.value ? ['', plain(cut(Buffer.from(record.value, 'base64').toString('utf8'), MOST_SHOWN))] : []),
    ...(input === undefined ? [] : ['', plain(JSON.stringify(input, null, 2))]),
    ...(status === 'open' ? ['', commandOf(terminal, `dead-letter redrive ${id}`)] : []),
  ];
  return lines.join('\n');
}
