/** Returns a value that has to be there. Throws an Error that names the value where it is missing: that is a fault of Millrace itself. */
export function present<T>(value: T, what: string): NonNullable<T> {
  if (value === undefined || value === null) throw new Error(`There is no ${what}.`);
  return value;
}
