/** Words that no step can be called. */
const TAKEN = new Set(
  (
    'input failure in as if else for true false null function return break continue import package loop var void while let const namespace item ' +
    'constructor toString size string double int bool list map type bytes dyn matches timestamp duration'
  ).split(' '),
);

/** `Check Stock-Value` → `checkStockValue`. */
export function camel(name: string): string {
  const words = name.match(/[A-Za-z0-9]+/g) ?? ['state'];
  const cased = words.map(
    (word, i) => (i === 0 ? word.charAt(0).toLowerCase() : word.charAt(0).toUpperCase()) + word.slice(1),
  );
  const text = cased.join('').slice(0, 50);
  return /^[a-z]/.test(text) && !TAKEN.has(text) ? text : `state${text.charAt(0).toUpperCase()}${text.slice(1)}`;
}
