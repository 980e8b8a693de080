import { htmlToText } from './html-text.js';

test.each([
  ['paragraphs and breaks are lines', '<p>One<br>two</p><div>three</div>', 'One\ntwo\nthree'],
  ['lists keep their items', '<ul><li>one</li><li>two</li></ul>', '- one\n- two'],
  ['cells stand apart', '<table><tr><td>Fee</td><td>5</td></tr></table>', 'Fee 5'],
  ['entities are characters', 'a &lt; b &#8364;5 &eacute; &#x1F600; &unknown;', 'a < b €5 é 😀 &unknown;'],
  [
    'scripts, styles and comments are not read',
    '<head><title>t</title></head><style>x</style><script>y</script><!-- z -->ok',
    'ok',
  ],
  ['a quoted mail is marked as quoted', 'New<blockquote>Old</blockquote>', 'New\n> Old'],
  ['what is not closed does no harm', 'a <b>b <!-- c', 'a b'],
  ['a lone bracket is a bracket', '1 < 2', '1 < 2'],
])('%s', (_, html, text) => {
  expect(htmlToText(html)).toBe(text);
});
