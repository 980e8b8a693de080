// Docstrings are sentences that somebody who joins tomorrow understands. The message is the remedy.

const HEADLESS = /^\*\s*(?:\*\s*)?(What|Who|Whoever|Whether|Where|So|Of)\b/;

const headless = {
  meta: {
    type: 'suggestion',
    schema: [],
    messages: {
      headless:
        'A docstring that begins with "{{word}}" is no sentence. Begin with a verb ("Returns the committed offset."), or with the thing ("The committed offset of a partition.").',
    },
  },
  create: ({ sourceCode, report }) => ({
    Program() {
      for (const comment of sourceCode.getAllComments()) {
        const word = comment.type === 'Block' ? HEADLESS.exec(comment.value)?.[1] : undefined;
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
