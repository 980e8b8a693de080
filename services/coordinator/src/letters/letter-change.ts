import {
  byWhom,
  type ActOutcome,
  failure,
  type Failure,
  type LetterAct,
  type LetterActRequested,
  type LetterStatus,
  MOST_NOTES,
  MOST_TAGS,
  redrivesUsedUp,
  timeText,
} from '@millrace/contracts';
import type { Handled, KeptLetter, LetterChange, LetterDesk } from '@millrace/store';

/** A dead letter, as far as acts on it are decided by it. */
export type ActedOn = Pick<KeptLetter, 'id' | 'status' | 'redrives' | 'desk'>;

const APPLIED: ActOutcome = { status: 'applied', unchanged: false };
const UNCHANGED: ActOutcome = { status: 'applied', unchanged: true };

const refused = (reason: Failure): LetterChange => ({ outcome: { status: 'refused', failure: reason } });

/** Decides what an act changes. `refusal`: the reason for which the letter cannot be sent on. Pure. */
export function letterChange(
  request: LetterActRequested,
  letter: (ActedOn & Partial<Pick<KeptLetter, 'assignee'>>) | undefined,
  refusal?: Failure,
): LetterChange {
  const { act, at, by, reason } = request;
  if (!letter) return refused(failure('UNKNOWN_DEAD_LETTER', `There is no dead letter ${request.letter}.`));
  const handled: Handled = {
    act: request.id,
    at,
    ...byWhom({ by, reason }),
  };
  switch (act.do) {
    case 'redrive': {
      const no = notRedriven(letter, act.maxRedrives) ?? refusal;
      const { input } = act;
      return no ? refused(no) : handledAs(letter, 'redriven', input === undefined ? handled : { ...handled, input });
    }
    case 'resolve':
      if (letter.status !== 'open') return refused(notOpen(letter));
      return handledAs(letter, 'resolved', handled);
    case 'reopen': {
      if (letter.status !== 'resolved')
        return refused(
          failure('NOT_ALLOWED_NOW', `${letter.id} is ${letter.status}: only resolved letters are reopened.`),
        );
      const { handled: _, ...desk } = letter.desk;
      return { outcome: APPLIED, status: 'open', desk };
    }
    case 'assign':
      return letter.assignee === act.to ? { outcome: UNCHANGED } : { outcome: APPLIED, assignee: act.to ?? null };
    case 'note':
      return noted(letter, { at, text: act.text, ...(by !== undefined && { by }) });
    case 'tag':
      return tagged(letter, act);
    case 'link':
      return linked(letter, act.url);
  }
}

/** Returns the reason for which a letter is not redriven; undefined where it may be. */
export function notRedriven(letter: ActedOn, maxRedrives?: number): Failure | undefined {
  return letter.status === 'open' ? redrivesUsedUp(letter, maxRedrives) : notOpen(letter);
}

/** Returns the reason for which a letter that is not open is neither redriven nor resolved: it names who was first. */
export function notOpen({ id, status, desk: { handled } }: ActedOn): Failure {
  if (!handled || status === 'closed') return failure('NOT_ALLOWED_NOW', `${id} is ${status} already.`);
  const verb = status === 'resolved' ? 'resolved' : 'redrove';
  return failure('DEAD_LETTER_TAKEN', `${handled.by ?? 'Somebody'} ${verb} ${id} at ${timeText(handled.at)}.`);
}

const handledAs = (letter: ActedOn, status: LetterStatus, handled: Handled): LetterChange => ({
  outcome: APPLIED,
  status,
  desk: { ...letter.desk, handled },
});

function noted({ id, desk }: ActedOn, note: NonNullable<LetterDesk['notes']>[number]): LetterChange {
  const { notes = [] } = desk;
  if (notes.length >= MOST_NOTES) return refused(failure('NOT_ALLOWED_NOW', `${id} has ${MOST_NOTES} notes already.`));
  return { outcome: APPLIED, desk: { ...desk, notes: [...notes, note] } };
}

function tagged({ id, desk }: ActedOn, { add = [], remove = [] }: LetterAct & { do: 'tag' }): LetterChange {
  const { tags = [] } = desk;
  const next = [...new Set([...tags.filter((tag) => !remove.includes(tag)), ...add])].sort();
  if (next.length > MOST_TAGS) return refused(failure('NOT_ALLOWED_NOW', `${id} can have ${MOST_TAGS} tags at most.`));
  if (JSON.stringify(next) === JSON.stringify(tags)) return { outcome: UNCHANGED };
  return { outcome: APPLIED, desk: { ...desk, tags: next } };
}

function linked({ id, desk }: ActedOn, url: string): LetterChange {
  const { links = [] } = desk;
  if (links.includes(url)) return { outcome: UNCHANGED };
  if (links.length >= MOST_TAGS) return refused(failure('NOT_ALLOWED_NOW', `${id} has ${MOST_TAGS} links already.`));
  return { outcome: APPLIED, desk: { ...desk, links: [...links, url] } };
}
