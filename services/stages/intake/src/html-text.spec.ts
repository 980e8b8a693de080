import { htmlToText } from './html-text.js';

test.each([
  ['paragraphs and breaks are lines', '<p>One<br>two</p><div>three</div>', 'One\ntwo\n\nthree'],
  ['lists keep their items', '<ul><li>one</li><li><p>two</p></li></ul>', '- one\n- two'],
  ['cells stand apart', '<table><tr><td>Fee</td><td>5</td></tr></table>', 'Fee 5'],
  ['entities are characters', 'a &lt; b &#8364;5 &eacute; &#x1F600; &unknown;', 'a < b €5 é 😀 &unknown;'],
  ['entities have the names of the standard', '&ntilde; &deg; &frac12; &Aring; &times;2 &copy', 'ñ ° ½ Å ×2 ©'],
  ['numbers of Windows characters mean what browsers show', 'I can&#146;t &#150; &#147;no&#148;', 'I can’t – “no”'],
  ['half a surrogate or a NUL by number does no harm', 'a&#xD800;&#0;b', 'a\ufffd\ufffdb'],
  ['spaces that do not break are spaces', 'a&nbsp;b', 'a b'],
  ['a bracket in an attribute ends nothing', '<p>One <img alt="price > 100" src=x>two</p>', 'One two'],
  ['lines of preformatted text stay', '<pre>a  b\nc</pre>', 'a  b\nc'],
  [
    'scripts, styles and comments are not read',
    '<head><title>t</title></head><style>x</style><script>y</script><!-- z -->ok',
    'ok',
  ],
  ['a quoted mail is marked as quoted', 'New<blockquote>Old<blockquote>Older</blockquote></blockquote>', 'New\n> Old\n>> Older'],
  ['what is not closed does no harm', 'a <b>b <!-- c', 'a b'],
  ['a lone bracket is a bracket', '1 < 2', '1 < 2'],
  ['a paragraph that is hidden ends where the next begins', '<p style="display:none">x<p>Words', 'Words'],
])('%s', (_, html, text) => {
  expect(htmlToText(html).text).toBe(text);
}); // prettier-ignore

test.each([
  '<div style="color:red; DISPLAY : none">x</div>',
  '<span style="display:none!important">x<b>y</b></span>',
  '<div hidden>x</div>',
  '<div style="visibility:hidden">x</div>',
  '<div style="font-size:0px;line-height:0">x</div>',
  '<div style="max-height:0;overflow:hidden">x</div>',
  '<div style="mso-hide:all">x</div>',
  '<template>x</template>',
])('what a reader does not see is left out: %s', (hidden) => {
  expect(htmlToText(`Before ${hidden} after`).text.replace(/\s+/g, ' ')).toBe('Before after');
});

test.each(['font-size:0.9em', 'font-size:01.5em', 'opacity:0.5', 'height:0;color:red', 'background:url(display:none)'])(
  'a style that hides nothing hides nothing: %s',
  (style) => {
    expect(htmlToText(`<p style="${style}">Words</p>`).text).toBe('Words');
  },
);

test('what is nested deeper than any mail is read all the same', () => {
  expect(htmlToText(`${'<b>'.repeat(2_000)}deep${'</b>'.repeat(2_000)} words`).text).toBe('deep words');
});
