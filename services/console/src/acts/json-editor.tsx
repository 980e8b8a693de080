import { useId } from 'react';

interface JsonEditorProps {
  readonly label: string;
  /** The text before anybody changed it. */
  readonly before: string;
  readonly text: string;
  readonly change: (text: string) => void;
}

/** Reads JSON. @throws {Error} that says where the text is none */
export function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    throw new Error(`This is not JSON: ${error instanceof Error ? error.message : 'it cannot be read'}`, {
      cause: error,
    });
  }
}

function faultIn(text: string): string | undefined {
  try {
    parsed(text);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : 'This is not JSON.';
  }
}

const ROWS = { least: 5, most: 16 };

/** A text field for JSON: says in place where it is none, and whether something was changed. */
export function JsonEditor({ label, before, text, change }: JsonEditorProps) {
  const id = useId();
  const fault = faultIn(text);
  return (
    <div className="field">
      <label htmlFor={id}>{label} (JSON)</label>
      <textarea
        id={id}
        className="mono"
        spellCheck={false}
        rows={Math.min(Math.max(text.split('\n').length, ROWS.least), ROWS.most)}
        aria-invalid={fault !== undefined}
        aria-describedby={`${id}-said`}
        value={text}
        onChange={({ target }) => change(target.value)}
      />
      <small id={`${id}-said`} className="line">
        {fault !== undefined && <span className="bad">{fault}</span>}
        {fault === undefined && (text === before ? <span className="quiet">Unchanged.</span> : <span>✎ Changed.</span>)}
        {text !== before && (
          <button type="button" className="plain" onClick={() => change(before)}>
            Undo the changes
          </button>
        )}
      </small>
    </div>
  );
}
