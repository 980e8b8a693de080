// Docstrings are sentences that somebody who joins tomorrow understands. The message is the remedy.

/** Words with which a clause begins that depends on a sentence which is not there. */
const HEADLESS =
  /^\*\s*(?:\*\s*)?(What|Who|Whoever|Whom|Whose|Whether|Which|Where|Why|How|So|Of|(?:For|Up to|To|In|By|At|With|Since|From|Until) (?:how|when|where|which|what|whom))\b/;
/** Words with which a sentence may begin, too: "When the lease is lost, the process stops." It has a comma before its end. */
const CLAUSE = /^\*\s*(?:\*\s*)?(When|While|Until|If|Because)\b[^,:]*?(?:[.;]\s|[.;]?\s*$)/;

const headless = {
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
        const word = (HEADLESS.exec(comment.value) ?? CLAUSE.exec(comment.value))?.[1];
        if (word) report({ loc: comment.loc, messageId: 'headless', data: { word } });
      }
    },
  }),
};

/** ESLint's setting for docstrings. */
export const docstrings = {
  plugins: { docstrings: { rules: { headless } } },
  rules: { 'docstrings/headless': 'error' },
};
