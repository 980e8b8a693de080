import { citationsIn, withoutCitations } from './citations.js';

test.each([
  ['Freeze it. [kb:lost-card]', 'Freeze it.', ['lost-card']],
  ['Freeze it [kb: lost-card].', 'Freeze it.', ['lost-card']],
  ['Freeze it (kb:lost-card), please.', 'Freeze it, please.', ['lost-card']],
  ['Freeze it [KB:a, kb:b]. Wait [kb:c][kb:a].', 'Freeze it. Wait.', ['a', 'b', 'c']],
  ['Freeze it 【kb:lost-card】', 'Freeze it', ['lost-card']],
  ['Freeze it [[kb:lost-card]](https://kb.example/lost-card).', 'Freeze it.', ['lost-card']],
  ['Freeze it \\[kb:lost-card\\].', 'Freeze it.', ['lost-card']],
  ['Freeze it [kb:lost-card', 'Freeze it', ['lost-card']],
  ['Freeze it, see kb:lost-card.', 'Freeze it, see.', ['lost-card']],
  ['It is 50 kb: small. [Note] (kb)', 'It is 50. [Note] (kb)', ['small']],
  ['Nothing here (or [there]).', 'Nothing here (or [there]).', []],
])('a customer never reads a mark of a citation: %j', (text, shown, ids) => {
  expect(withoutCitations(text)).toBe(shown);
  expect(citationsIn(text)).toEqual(ids);
});
