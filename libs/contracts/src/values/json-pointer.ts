/** The JSON pointer of a way into a value. */
export const pointerOf = (way: readonly PropertyKey[]): string =>
  way.map((part) => '/' + String(part).replaceAll('~', '~0').replaceAll('/', '~1')).join('');
