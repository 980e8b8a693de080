import { readFileSync } from 'node:fs';

type Colour = readonly [number, number, number];

const css = readFileSync(new URL('./app.css', import.meta.url), 'utf8');
const hex = (text: string): Colour => [1, 3, 5].map((at) => parseInt(text.slice(at, at + 2), 16)) as unknown as Colour;

/** The colours of the console: `--name: light-dark(a, b)`. */
const colours = new Map(
  [...css.matchAll(/--([\w-]+): light-dark\((#\w{6}), (#\w{6})\)/g)].map(([, name, light, dark]) => [
    name!,
    [hex(light!), hex(dark!)] as const,
  ]),
);
const colour = (name: string, isDark: boolean): Colour => colours.get(name)![isDark ? 1 : 0];
const mixed = (top: Colour, under: Colour, part: number): Colour =>
  top.map((value, at) => value * part + under[at]! * (1 - part)) as unknown as Colour;

/** Returns the contrast ratio that WCAG 2.2 defines. */
function ratio(one: Colour, other: Colour): number {
  const light = (colour: Colour) => {
    const [r, g, b] = colour.map((value) => {
      const part = value / 255;
      return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r! + 0.7152 * g! + 0.0722 * b!;
  };
  const [brighter, darker] = [light(one), light(other)].sort((a, b) => b - a);
  return (brighter! + 0.05) / (darker! + 0.05);
}

const CHIP = Number(/\.status \{[^}]*color-mix\(in srgb, var\(--of\) (\d+)%/.exec(css)![1]) / 100;

describe.each([
  ['light', false],
  ['dark', true],
])('in %s, text passes WCAG AA (4.5 to 1):', (_, isDark) => {
  test.each(['running', 'waiting', 'completed', 'failed', 'other'])('the chip of a status: %s', (status) => {
    const text = colour(status, isDark);
    for (const ground of ['card', 'ground', 'soft'])
      expect(ratio(text, mixed(text, colour(ground, isDark), CHIP))).toBeGreaterThanOrEqual(4.5);
  });

  test.each([
    ['ink', 'card'],
    ['ink', 'soft'],
    ['quiet', 'card'],
    ['quiet', 'ground'],
    ['quiet', 'soft'],
    ['accent', 'card'],
    ['accent', 'ground'],
    ['accent', 'soft'],
    ['ground', 'accent'],
    ['failed', 'card'],
    ['failed', 'soft'],
    ['waiting', 'ground'],
  ])('%s on %s', (text, ground) => {
    expect(ratio(colour(text, isDark), colour(ground, isDark))).toBeGreaterThanOrEqual(4.5);
  });

  test('edges of fields and buttons pass 3 to 1', () => {
    expect(ratio(colour('edge', isDark), colour('card', isDark))).toBeGreaterThanOrEqual(3);
  });
});
