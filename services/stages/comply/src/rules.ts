import type { Rule } from './rulebook.js';

/** The rules that every reply keeps, unless the setting COMPLY_RULES names others. */
export const RULES: readonly Rule[] = [
  {
    id: 'no-guarantee',
    severity: 'error',
    message: 'Promises an outcome. Say what happens next instead.',
    patterns: [
      '\\b(?:we|i) (?:can |do |will |hereby )?(?:guarantee|promise|assure you)\\b',
      '\\bguaranteed\\b',
      '\\b100 ?% (?:certain|sure|safe)\\b',
    ],
    unless: ["\\b(?:cannot|can[’']t|not|never|no one can) (?:be )?(?:guarantee|promise)"],
  },
  {
    id: 'no-promised-refund',
    severity: 'error',
    message: 'Promises a refund or compensation that nobody has decided on.',
    patterns: [
      "\\byou(?:[’']ll| will| are going to| shall) (?:definitely |certainly |surely )?(?:be (?:fully )?(?:refunded|reimbursed|compensated|repaid)|(?:get|receive) (?:back )?(?:a |your |the )?(?:full )?(?:refund|money|compensation))",
      "\\bwe(?:[’']ll| will| are going to| shall) (?:definitely |certainly )?(?:refund|reimburse|compensate|credit|repay) you\\b",
      '\\byour (?:refund|money) (?:is|has been) (?:approved|on its way)\\b',
    ],
    unless: ['\\b(?:if|once|when|unless|provided|may|might|cannot|not)\\b'],
  },
  {
    id: 'no-liability',
    severity: 'error',
    message: 'Admits fault or liability.',
    patterns: [
      '\\b(?:we|the bank) (?:are|is|were|was|accept|take|admit|acknowledge)(?: full| all| any)? (?:liab|negligen|fault|at fault|to blame)',
      '\\b(?:this|it) (?:is|was) (?:entirely |completely |all )?our (?:own )?(?:fault|mistake|error)\\b',
    ],
    unless: ['\\b(?:not|never|whether|if)\\b'],
  },
  {
    id: 'no-advice',
    severity: 'error',
    message: 'Gives legal, tax or investment advice.',
    patterns: [
      '\\b(?:you should|we (?:recommend|advise)(?: that)? you(?: to)?|i would) (?:invest|sue|buy shares|take legal action|sell your)\\b',
    ],
  },
  {
    id: 'no-secrets-asked',
    severity: 'error',
    message: 'Asks the customer for something that we never ask for.',
    patterns: [
      "\\b(?:send|tell|give|e-?mail|reply with|provide|share|confirm)(?: [\\w’'-]+){0,4} (?:pin|password|passcode|passphrase|cvv|cvc|security code|one-time codes?|card number)\\b",
    ],
    unless: ["\\b(?:never|not|don[’']t|won[’']t|nobody|no one|cannot)\\b"],
  },
  {
    id: 'no-personal-data',
    severity: 'error',
    message: 'Holds personal data: a card, account or phone number, an IBAN or an address.',
    when: 'size(personal) > 0',
  },
  {
    id: 'no-foreign-links',
    severity: 'error',
    message: 'Links to a site that none of the articles names.',
    when: 'size(links) > 0',
  },
  {
    id: 'disclaimer',
    severity: 'error',
    message: 'Lacks the notice that we never ask for PINs or passwords.',
    when: '!text.matches("[Nn]ever ask.{0,60}(PIN|[Pp]ass(word|code)|[Cc]ard number)")',
  },
  {
    id: 'cites-sources',
    severity: 'error',
    message: 'Cites no article, so nothing vouches for what it says.',
    when: 'size(citations) == 0',
  },
  {
    id: 'cites-what-is-there',
    severity: 'error',
    message: 'Cites an article that was not found for this question.',
    when: 'citations.exists(id, !(id in sources))',
  },
  {
    id: 'no-blame',
    severity: 'error',
    message: 'Blames the customer.',
    patterns: [
      "\\byou should(?: have|[’']ve) (?:known|read|checked|been|told|noticed|thought)\\b",
      '\\byour own (?:fault|mistake|carelessness|negligence)\\b',
      '\\byou (?:failed|neglected|forgot) to\\b',
      '\\bas (?:i|we) (?:already |have )+(?:told|said|explained)\\b',
    ],
    unless: ['\\bif you (?:forgot|failed)\\b'],
  },
  {
    id: 'no-rudeness',
    severity: 'error',
    message: 'Is rude.',
    patterns: [
      '\\b(?:stupid|idiot\\w*|ridiculous|nonsense|moron\\w*|shut up|dumb|pathetic|lazy|crap|damn|hell|liar)\\b',
      '\\bcalm down\\b',
      '\\bnot (?:our|my) problem\\b',
    ],
  },
  {
    id: 'no-shouting',
    severity: 'error',
    message: 'Shouts: too many capitals or exclamation marks.',
    when: 'shouting > 0.3 || exclamations > 3',
  },
  {
    id: 'no-machine-talk',
    severity: 'error',
    message: 'Speaks of instructions, prompts or models: the message may have steered the draft.',
    patterns: [
      '\\bas an ai\\b',
      '\\b(?:system|hidden|initial) prompt\\b',
      '\\b(?:language|ai) model\\b',
      '\\bmy (?:instructions|guidelines|programming)\\b',
    ],
  },
  {
    id: 'no-injection',
    severity: 'error',
    message: 'Holds what looks like instructions to a machine.',
    when: 'size(injection) > 0',
  },
  {
    id: 'finished',
    severity: 'error',
    message: 'Still has a placeholder in it.',
    patterns: [
      '\\[(?:name|insert|todo|your|customer|date|amount|link)\\b[^\\]]{0,40}\\]',
      '\\{\\{',
      '\\blorem ipsum\\b',
      '\\bTBD\\b',
    ],
  },
  {
    id: 'length',
    severity: 'warning',
    message: 'Is unusually short or long.',
    when: 'words < 15 || words > 500',
  },
];
