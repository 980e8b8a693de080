import { useNavigate } from '@tanstack/react-router';
import { type FormEvent, useState } from 'react';
import { type RunsSearch, without } from './search.js';

/** Finds runs by a text of their title, or by a condition over title, attributes, code, tags and times. Enter searches. */
export function TextFilters({ search }: { readonly search: RunsSearch }) {
  const [text, setText] = useState(search.text ?? '');
  const [where, setWhere] = useState(search.where ?? '');
  const [isExact, setExact] = useState(search.where !== undefined);
  const navigate = useNavigate();
  const submitted = (event: FormEvent) => {
    event.preventDefault();
    const [words, condition] = [text.trim(), where.trim()];
    void navigate({
      to: '/runs',
      search: {
        ...without(search, 'text', 'where'),
        ...(words !== '' && { text: words }),
        ...(condition !== '' && { where: condition }),
      },
    });
  };
  return (
    <form className="line grow" role="search" onSubmit={submitted}>
      <input
        type="search"
        aria-label="Text in the title"
        placeholder="Text in the title"
        maxLength={200}
        value={text}
        onChange={({ target }) => setText(target.value)}
      />
      {isExact ? (
        <input
          className="mono grow"
          aria-label="Condition"
          placeholder={'attributes.customer == "x" && code == "MODEL_BUSY"'}
          maxLength={2_000}
          value={where}
          onChange={({ target }) => setWhere(target.value)}
        />
      ) : (
        <button type="button" className="plain" onClick={() => setExact(true)}>
          Condition
        </button>
      )}
      <button type="submit" className="sr">
        Search
      </button>
    </form>
  );
}
