import { readFile } from 'node:fs/promises';
import { MARKS } from './words.js';

type Colour = readonly [number, number, number];

const css = await readFile(new URL('../../public/app.css', import.meta.url), 'utf8');

const hex = (text: string): Colour => {
  const digits = text.length === 4 ? [...text.slice(1)].map((digit) => digit + digit).join('') : text.slice(1);
  return [0, 2, 4].map((at) => parseInt(digits.slice(at, at + 2), 16)) as unknown as Colour;
};

/** The colours of the page: `--name: light-dark(a, b)`. */
const colours = new Map(
  [...css.matchAll(/--([\w-]+): light-dark\((#\w+), (#\w+)\)/g)].map(([, name, light, dark]) => [
    name!,
    [hex(light!), hex(dark!)] as const,
  ]),
);
const of = (name: string, dark: boolean): Colour => colours.get(name)![dark ? 1 : 0];

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

/** The colour's name of a status: what its class sets, else that of `.status` itself. */
function colourOf(status: string): string {
  const rules = [...css.matchAll(/([^{}]+)\{([^{}]*)\}/g)].filter(([, selectors]) =>
    selectors!.split(',').some((selector) => selector.trim() === `.${status}`),
  );
  return rules.map(([, , body]) => /--of: var\(--([\w-]+)\)/.exec(body!)?.[1]).find(Boolean) ?? 'running';
}

const part = Number(/\.status \{[^}]*color-mix\(in srgb, var\(--of\) (\d+)%/.exec(css)![1]) / 100;

describe.each([
  ['light', false],
  ['dark', true],
])('in %s, text passes WCAG AA (4.5 to 1):', (_, dark) => {
  test.each(Object.keys(MARKS))('the chip of a status: %s', (status) => {
    const colour = of(colourOf(status), dark);
    for (const ground of ['card', 'ground', 'soft'])
      expect(ratio(colour, mixed(colour, of(ground, dark), part))).toBeGreaterThanOrEqual(4.5);
  });

  test.each([
    ['quiet', 'card'],
    ['quiet', 'ground'],
    ['quiet', 'soft'],
    ['ink', 'soft'],
    ['accent', 'card'],
    ['accent', 'ground'],
    ['ground', 'ink'],
    ['ground', 'accent'],
    ['waiting', 'card'],
    ['dead-lettered', 'card'],
    ['completed', 'ground'],
  ])('%s on %s', (text, ground) => {
    expect(ratio(of(text, dark), of(ground, dark))).toBeGreaterThanOrEqual(4.5);
  });
});
