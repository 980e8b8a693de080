interface NumberFieldProps {
  readonly label: string;
  readonly value: string;
  readonly set: (value: string) => void;
  /** Parts of one are allowed. */
  readonly isAmount?: boolean;
}

/** A field for a number that may be left empty. */
export const NumberField = ({ label, value, set, isAmount = false }: NumberFieldProps) => (
  <label>
    <span>{label}</span>
    <input
      type="number"
      min={isAmount ? 0 : 1}
      step={isAmount ? 'any' : 1}
      value={value}
      onChange={({ target }) => set(target.value)}
    />
  </label>
);

/** Returns the number of a field under its name, or nothing where the field is empty. */
export const numberIn = <Name extends string>(name: Name, text: string): { readonly [_ in Name]?: number } =>
  text.trim() === '' ? {} : ({ [name]: Number(text) } as { readonly [_ in Name]: number });
