// Docstrings are sentences that somebody who joins tomorrow understands. The message is the remedy.

const START = String.raw`^\*\s*(?:\*\s*)?`;
const PREPOSITION = 'For|Up to|To|In|By|At|With|Since|From|Until';
/** Words with which a clause begins that depends on a sentence which is not there. */
const HEADLESS = new RegExp(`${START}(What|Who|Whoever|Whether|Where|So|Of)\\b`);
const QUESTION = new RegExp(
  `${START}(Whom|Whose|Which|Why|How|(?:${PREPOSITION}) (?:how|when|where|which|what|whom))\\b`,
);
/** A sentence may begin with these, too: "When the lease is lost, the process stops." It has a comma before its end. */
const CLAUSE = new RegExp(`${START}(When|While|Until|If|Because)\\b[^,:]*?(?:[.;]\\s|[.;]?\\s*$)`);

const refusing = (...patterns) => ({
  meta: {
    type: 'suggestion',
    schema: [],
    messages: {
      headless:
        'A docstring that begins with "{{word}}" is no sentence. Begin with a verb ("Returns the committed offset."), or with the thing ("The number of records that wait.").',
    },
  },
  create: ({ sourceCode, report }) => ({
    Program() {
      for (const comment of sourceCode.getAllComments()) {
        if (comment.type !== 'Block') continue;
        const word = patterns.map((pattern) => pattern.exec(comment.value)?.[1]).find((found) => found !== undefined);
        if (word) report({ loc: comment.loc, messageId: 'headless', data: { word } });
      }
    },
  }),
});

/** ESLint's setting for docstrings. */
export const docstrings = {
  plugins: { docstrings: { rules: { headless: refusing(HEADLESS), clause: refusing(QUESTION, CLAUSE) } } },
  rules: { 'docstrings/headless': 'error', 'docstrings/clause': 'error' },
};
