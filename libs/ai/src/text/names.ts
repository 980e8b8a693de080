const CLOSING =
  /^(?:(?:many |with )?(?:kind |best |warm )?(?:regards|wishes)|(?:many )?thanks(?: again| in advance)?|thank you|cheers|yours(?: (?:sincerely|faithfully|truly))?|sincerely|best)[ ,.!]{0,3}/i;
const NAME = /^(?:(?:mr|mrs|ms|miss|dr)\.? )?(\p{Lu}[\p{L}'’.-]{0,24}(?: \p{Lu}[\p{L}'’.-]{0,24}){0,3})$/u;
const INTRODUCED = /\b(?:my name is|i am called) (\p{Lu}[\p{L}'’-]{1,24}(?: \p{Lu}[\p{L}'’-]{1,24}){0,2})/u;

/** The name under a closing formula, or after "my name is"; none rather than a guess. */
export function customerNameIn(text: string): string | undefined {
  const introduced = INTRODUCED.exec(text)?.[1];
  if (introduced) return introduced;
  const lines = text.split('\n').map((line) => line.trim().slice(0, 120));
  for (const [i, line] of [...lines.entries()].reverse()) {
    const closing = CLOSING.exec(line);
    if (!closing) continue;
    const rest = line.slice(closing[0].length).trim() || lines.slice(i + 1).find((next) => next !== '') || '';
    const name = NAME.exec(rest)?.[1];
    if (name) return name;
  }
  return undefined;
}
