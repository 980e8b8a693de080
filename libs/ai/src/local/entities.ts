import { present } from '@millrace/contracts';
import * as chrono from 'chrono-node';
import { findPhoneNumbersInText, parsePhoneNumberFromString } from 'libphonenumber-js/core';
import metadata from 'libphonenumber-js/metadata.min';
import { z } from 'zod';
import { Amount, amountsIn } from '../text/amounts.js';
import { Answered, capped, type CallOptions } from '../llm/answer.js';
import { accountsIn, cardsIn, emailsIn, ibansIn, loosePhonesIn, type Span } from '../text/spans.js';
import { customerNameIn } from '../text/names.js';
import { issueIn, productIn, type Topics } from '../text/topics.js';
import { windowsOf } from '../text/windows.js';

/** The entities that a message names. Card numbers show their last four digits only; dates are ISO 8601 days; phones are E.164. */
export const Entities = z.object({
  customerName: z.string().optional(),
  product: z.string().optional(),
  issue: z.string().optional(),
  accountNumbers: z.array(z.string()),
  cardNumbers: z.array(z.string()),
  ibans: z.array(z.string()),
  amounts: z.array(Amount),
  dates: z.array(z.iso.date()),
  phones: z.array(z.string()),
  emails: z.array(z.string()),
});
export type Entities = z.infer<typeof Entities>;

export const Extraction = Entities.extend(Answered.shape);
export type Extraction = z.infer<typeof Extraction>;

/** `at` is when the message was written: "yesterday" is the day before it (in UTC). */
export interface DatedText {
  readonly text: string;
  readonly at: Date;
}

/** Reads the facts out of a message. */
export abstract class EntityExtractor {
  abstract extract(message: DatedText, options: CallOptions): Promise<Extraction>;
}

/** Patterns and check digits, no model: what it names is there, and numbers are right by their own checks. */
export class RuleEntityExtractor extends EntityExtractor {
  static readonly model = 'local-rules@1';

  /** `topics`: the products and issues that are looked for; none unless given. */
  constructor(private readonly topics: Topics = NO_TOPICS) {
    super();
  }

  async extract({ text, at }: DatedText, { signal }: CallOptions): Promise<Extraction> {
    signal.throwIfAborted();
    return { ...entitiesIn(text, at, this.topics), model: RuleEntityExtractor.model };
  }
}

const NO_TOPICS: Topics = { products: [], issues: [] };

/** Dates and phone numbers come from larger grammars, which look at the first 8 KB only, piece by piece, to stay quick on hostile text. */
const GRAMMAR_TEXT = 8 * 1024;

/** Returns the facts in a message that was written at `at`. */
export function entitiesIn(text: string, at: Date, topics: Topics = NO_TOPICS): Entities {
  const looked = capped(text);
  const ibans = ibansIn(looked);
  const cards = cardsIn(looked);
  const accounts = accountsIn(looked).filter((span) => !overlaps(span, [...ibans, ...cards]));
  const taken = [...ibans, ...cards, ...accounts];
  return {
    customerName: customerNameIn(looked),
    product: productIn(looked, topics.products),
    issue: issueIn(looked, topics.issues),
    accountNumbers: once(accounts.map(({ value }) => value)),
    cardNumbers: once(cards.map(({ value }) => maskedCard(value))),
    ibans: once(ibans.map(({ value }) => value)),
    amounts: amountsIn(looked),
    dates: datesIn(looked.slice(0, GRAMMAR_TEXT), at),
    phones: phonesIn(looked.slice(0, GRAMMAR_TEXT), taken),
    emails: once(emailsIn(looked).map(({ value }) => value)),
  };
}

/** `•••• 1234` for a card number of any form. */
export function maskedCard(number: string): string {
  return `•••• ${number.replace(/\D/g, '').slice(-4)}`;
}

/** Numbers and addresses in the forms that `Entities` promises, whoever found them; what has no such form stays as it is. */
export function inOneForm({ cardNumbers, ibans, phones, emails }: Entities) {
  return {
    cardNumbers: once(cardNumbers.map(maskedCard)),
    ibans: once(ibans.map((iban) => iban.replace(/[\s-]/g, '').toUpperCase())),
    phones: once(phones.map((phone) => parsePhoneNumberFromString(phone, 'GB', metadata)?.number ?? phone)),
    emails: once(emails.map((email) => email.toLowerCase())),
  };
}

/** Chrono reads the 9 of "from 9 May" as an hour. */
const FROM_DAY = /\bfrom (?=\d{1,2}(?:st|nd|rd|th)? [A-Z])/g;
/** Chrono takes these for days; in a mail they are not. */
const NOT_A_DAY = /\bnow\b|^(?:with)?in\b|^for\b/i;

function datesIn(text: string, at: Date): string[] {
  return once(
    windowsOf(text.replace(FROM_DAY, 'on '))
      .flatMap((window) => chrono.en.GB.parse(window.text, { instant: at, timezone: 0 }))
      .filter(({ text: written }) => !NOT_A_DAY.test(written))
      .filter(({ start }) => start.isCertain('day') || start.isCertain('weekday'))
      .map(({ start }) => {
        const part = (name: 'year' | 'month' | 'day') => present(start.get(name), `${name} of the date`);
        return isoDay(part('year'), part('month'), part('day'));
      }),
  );
}

function isoDay(year: number, month: number, day: number): string {
  return `${String(year).padStart(4, '0')}-${String(month).padStart(2, '0')}-${String(day).padStart(2, '0')}`;
}

/** Numbers of a known plan; and, as plans change, what is written like one and of a possible length. */
function phonesIn(text: string, taken: readonly Place[]): string[] {
  const known = windowsOf(text).flatMap(({ start, text: part }) =>
    findPhoneNumbersInText(part, 'GB', metadata).map(({ number, startsAt, endsAt }) => ({
      start: start + startsAt,
      end: start + endsAt,
      value: number.number as string,
    })),
  );
  const possible = loosePhonesIn(text)
    .filter(({ value }) => /^[(+0]/.test(value) && value.replace(/\D/g, '').length >= 10)
    .slice(0, 50)
    .flatMap(({ start, end, value }) => {
      const number = parsePhoneNumberFromString(value, 'GB', metadata);
      return number?.isPossible() ? [{ start, end, value: number.number as string }] : [];
    });
  const spans = [...known, ...possible.filter((span) => !overlaps(span, known))].sort((a, b) => a.start - b.start);
  return once(spans.filter((span) => !overlaps(span, taken)).map(({ value }) => value));
}

function overlaps(span: Place, others: readonly Place[]): boolean {
  return others.some((other) => span.start < other.end && other.start < span.end);
}

type Place = Pick<Span, 'start' | 'end'>;

function once<T>(values: readonly T[]): T[] {
  return [...new Set(values)];
}
