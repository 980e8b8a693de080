import { useId } from 'react';
import type { FormField } from './schema-form.js';

interface FieldProps {
  readonly field: FormField;
  /** The text that the answer would replace. */
  readonly draft: string | undefined;
  readonly value: string;
  readonly change: (value: string) => void;
}

const ROWS = { least: 4, most: 14 };

/** One field of an answer: a boolean is a choice, a long text a text area that begins with the draft. */
export function Field({ field, draft, value, change }: FieldProps) {
  const id = useId();
  const { kind, label, isNeeded, hint, choices } = field;
  if (kind === 'boolean') return <Choice field={field} value={value} change={change} />;
  return (
    <div className="field">
      <label htmlFor={id}>
        {label} {isNeeded && <em className="quiet">needed</em>}
      </label>
      {hint !== '' && <small className="quiet">{hint}</small>}
      {kind === 'choice' && (
        <select id={id} required={isNeeded} value={value} onChange={({ target }) => change(target.value)}>
          <option value="">–</option>
          {choices.map((choice) => (
            <option key={choice}>{choice}</option>
          ))}
        </select>
      )}
      {(kind === 'line' || kind === 'number') && (
        <input
          id={id}
          dir="auto"
          type={kind === 'number' ? 'number' : 'text'}
          step="any"
          required={isNeeded}
          value={value}
          onChange={({ target }) => change(target.value)}
        />
      )}
      {(kind === 'text' || kind === 'json') && (
        <textarea
          id={id}
          dir="auto"
          className={kind === 'json' ? 'mono' : ''}
          rows={Math.min(Math.max(value.split('\n').length + 1, ROWS.least), ROWS.most)}
          required={isNeeded}
          value={value}
          onChange={({ target }) => change(target.value)}
        />
      )}
      {draft !== undefined && <Draft isChanged={value !== draft} reset={() => change(draft)} />}
    </div>
  );
}

function Draft({ isChanged, reset }: { readonly isChanged: boolean; readonly reset: () => void }) {
  return (
    <small className="line">
      {isChanged ? (
        <>
          <span className="bad">✎ Changed: your text replaces the draft.</span>
          <button type="button" className="plain" onClick={reset}>
            Back to the draft
          </button>
        </>
      ) : (
        <span className="quiet">This is the draft. Change it, or leave it as it is.</span>
      )}
    </small>
  );
}

function Choice({ field, value, change }: Omit<FieldProps, 'draft'>) {
  const { name, label, isNeeded, hint } = field;
  const id = useId();
  return (
    <fieldset className="choice">
      <legend>
        {label} {isNeeded && <em className="quiet">needed</em>}
      </legend>
      {hint !== '' && <small className="quiet">{hint}</small>}
      {[
        ['true', '✓ yes'],
        ['false', '✗ no'],
      ].map(([of, word]) => (
        <label key={of} className={value === of ? 'chosen' : ''}>
          <input
            type="radio"
            name={`${id}-${name}`}
            value={of}
            required={isNeeded}
            checked={value === of}
            onChange={() => change(of ?? '')}
          />
          {word}
        </label>
      ))}
    </fieldset>
  );
}
