/** The bank's products that a message may be about. */
export const PRODUCTS = [
  'credit card',
  'card',
  'mortgage',
  'loan',
  'savings account',
  'business account',
  'current account',
  'overdraft',
  'app',
  'online banking',
  'direct debit',
  'travel money',
] as const;
export type Product = (typeof PRODUCTS)[number];

const PRODUCT_RULES: readonly (readonly [Product, RegExp])[] = [
  ['credit card', /\bcredit ?cards?\b/i],
  ['mortgage', /\b(?:re)?mortgag\w{0,3}\b|\bhome loan\b/i],
  ['loan', /\bloans?\b/i],
  ['direct debit', /\bdirect ?debits?\b|\bstanding orders?\b/i],
  ['card', /\b(?:debit |bank |contactless )?cards?\b|\bpin\b/i],
  ['savings account', /\bsavings?\b|\bisa\b/i],
  ['business account', /\bbusiness account\b/i],
  ['overdraft', /\boverdraft\b|\boverdrawn\b/i],
  ['travel money', /\btravel money\b|\bforeign (?:cash|currency|notes)\b/i],
  ['app', /\bapp\b|\bmobile banking\b/i],
  ['online banking', /\b(?:online|internet) banking\b|\blog(?:ging)? ?(?:in|on)\b|\bpassword\b/i],
  ['current account', /\b(?:current|checking|joint) accounts?\b/i],
];

/** The product named first in the text; of two named at the same place, the more particular one. */
export function productIn(text: string): Product | undefined {
  let best: { product: Product; at: number } | undefined;
  for (const [product, pattern] of PRODUCT_RULES) {
    const at = pattern.exec(text)?.index;
    if (at !== undefined && (best === undefined || at < best.at)) best = { product, at };
  }
  return best?.product;
}

/* Read from the top: what is more particular stands first. `[^.!?\n]{0,60}` keeps cause and thing within one sentence. */
const ISSUE_RULES: readonly (readonly [string, RegExp])[] = [
  [
    'phishing message',
    /\bphish\w{0,4}|\b(?:scam|suspicious|fake|fraudulent) (?:e-?mail|mail|text|sms|message|call|website|link)|\bclicked[^.!?\n]{0,30}\blink\b/i,
  ],
  [
    'stolen card',
    /\b(?:stolen|stole|theft|robbed|mugged|pickpocket\w{0,3})\b[^.!?\n]{0,60}\b(?:card|wallet|purse|bag)|\b(?:card|wallet|purse|bag)\b[^.!?\n]{0,60}\b(?:stolen|theft)\b/i,
  ],
  [
    'lost card',
    /\b(?:lost|missing|mislaid|misplaced|can(?:no|')?t find)\b[^.!?\n]{0,40}\b(?:card|wallet|purse)\b|\b(?:card|wallet|purse)\b[^.!?\n]{0,40}\b(?:lost|missing|disappeared|vanished)\b/i,
  ],
  ['missing refund', /\brefund|\bmoney back\b|\breimburse/i],
  [
    'card payment not recognised',
    /\b(?:not|n't|never) (?:recogni[sz]e|authori[sz]e|make|made)|\bunrecogni[sz]ed|\bunauthori[sz]ed|\bunknown (?:payment|charge|transaction|debit)/i,
  ],
  ['retained card', /\b(?:swallowed|ate|kept|retained)\b[^.!?\n]{0,20}\bcard\b/i],
  ['cash not paid out', /\b(?:atm|cash ?(?:machine|point|dispenser))\b|\bwithdr[ae]w\w{0,4}\b/i],
  ['locked account', /\block(?:ed)?\b[^.!?\n]{0,30}\b(?:out|account|access)|\baccount\b[^.!?\n]{0,20}\blocked\b/i],
  ['login problem', /\blog(?:ging)? ?(?:in|on)\b|\bsign(?:ing)? ?in\b|\bpassword\b|\bpasscode\b/i],
  ['direct debit', /\bdirect ?debits?\b|\bstanding orders?\b/i],
  ['delayed transfer', /\btransfer|\bpayment\b[^.!?\n]{0,30}\b(?:pending|failed|declined|held|delayed)\b/i],
  ['card delivery', /\bcard\b[^.!?\n]{0,50}\b(?:arriv\w{0,3}|deliver\w{0,3}|post(?:ed)?|received)\b/i],
  ['account closure', /\bclos(?:e|ing|ure)\b[^.!?\n]{0,30}\baccounts?\b/i],
  [
    'change of details',
    /\b(?:change|update|new|moved)\b[^.!?\n]{0,30}\b(?:address|name|surname|phone|mobile|e-?mail|details|runtime)\b/i,
  ],
  ['fee', /\b(?:fees?|charges?|charged)\b/i],
  ['mortgage', /\b(?:re)?mortgage/i],
  ['loan', /\bloans?\b/i],
  ['statement', /\bstatements?\b/i],
  ['exchange rate', /\bexchange rate|\bforeign\b|\babroad\b|\bcurrenc/i],
  ['account opening', /\bopen\b[^.!?\n]{0,30}\baccounts?\b/i],
  ['complaint', /\bcomplain|\bdissatisfied|\bunacceptable|\bombudsman/i],
];

/** The trouble in two or three words, e.g. `missing refund`. */
export function issueIn(text: string): string | undefined {
  return ISSUE_RULES.find(([, pattern]) => pattern.test(text))?.[0];
}

const CLOSING =
  /^(?:(?:many |with )?(?:kind |best |warm )?(?:regards|wishes)|(?:many )?thanks(?: again| in advance)?|thank you|cheers|yours(?: (?:sincerely|faithfully|truly))?|sincerely|best)[ ,.!]{0,3}/i;
const NAME = /^(?:(?:mr|mrs|ms|miss|dr)\.? )?(\p{Lu}[\p{L}'’.-]{0,24}(?: \p{Lu}[\p{L}'’.-]{0,24}){0,3})$/u;
const INTRODUCED = /\b(?:my name is|i am called) (\p{Lu}[\p{L}'’-]{1,24}(?: \p{Lu}[\p{L}'’-]{1,24}){0,2})/u;

/** The name under a closing formula, or after "my name is"; none rather than a guess. */
export function customerNameIn(text: string): string | undefined {
  const introduced = INTRODUCED.exec(text)?.[1];
  if (introduced) return introduced;
  const lines = text.split('\n').map((line) => line.trim().slice(0, 120));
  for (let i = lines.length - 1; i >= 0; i--) {
    const closing = CLOSING.exec(lines[i]!);
    if (!closing) continue;
    const rest = lines[i]!.slice(closing[0].length).trim() || lines.slice(i + 1).find((line) => line !== '') || '';
    const name = NAME.exec(rest)?.[1];
    if (name) return name;
  }
  return undefined;
}
