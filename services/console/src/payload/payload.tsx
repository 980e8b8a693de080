import { Link } from '@tanstack/react-router';
import { useMemo, useState } from 'react';
import { download } from '../export/download.js';
import { capped, linesWith, type PayloadPart, partsOf, splitAtRuns } from '../text/payload-text.js';
import { Copy } from '../text/copy.js';
import { whole } from '../text/numbers.js';
import './payload.css';

interface PayloadProps {
  readonly title: string;
  readonly value: unknown;
  readonly open?: boolean;
}

/** A payload for people: texts to read, everything else as JSON, or all of it as it is. Nothing in it is ever taken for HTML. */
export function Payload({ title, value, open = false }: PayloadProps) {
  const [isOpen, setOpen] = useState(open);
  return (
    <details className="payload" open={isOpen} onToggle={({ currentTarget }) => setOpen(currentTarget.open)}>
      <summary>
        <h3>{title}</h3>
      </summary>
      {isOpen && <Content title={title} value={value} />}
    </details>
  );
}

/** The content of a payload that is open. A closed one costs nothing, however large it is. */
function Content({ title, value }: Omit<PayloadProps, 'open'>) {
  const [isRaw, setRaw] = useState(false);
  const [wanted, setWanted] = useState('');
  const raw = () => JSON.stringify(value, null, 2) ?? '';
  const parts = useMemo<readonly PayloadPart[]>(
    () => (isRaw ? [{ name: '', text: JSON.stringify(value, null, 2) ?? '', isText: false }] : partsOf(value)),
    [value, isRaw],
  );
  return (
    <>
      <div className="line tools">
        <button type="button" className="plain" aria-pressed={isRaw} onClick={() => setRaw(!isRaw)}>
          {isRaw ? 'Pretty' : 'Raw'}
        </button>
        <Copy text={raw} label="Copy JSON" />
        <button type="button" className="plain" onClick={() => download(fileOf(title), raw(), 'application/json')}>
          Download
        </button>
        <input
          type="search"
          aria-label={`Search in ${title}`}
          placeholder="Search"
          value={wanted}
          onChange={({ target }) => setWanted(target.value)}
        />
      </div>
      {parts.map((part) => (
        <Part key={part.name} part={part} wanted={wanted} />
      ))}
    </>
  );
}

const fileOf = (title: string): string => `${title.toLowerCase().replaceAll(/\W+/g, '-')}.json`;

function Part({ part, wanted }: { readonly part: PayloadPart; readonly wanted: string }) {
  const found = wanted === '' ? part.text : linesWith(part.text, wanted);
  const { shown, leftOut } = capped(found);
  if (wanted !== '' && found === '' && !part.name.toLowerCase().includes(wanted.toLowerCase())) return null;
  return (
    <div className="part">
      {part.name !== '' && (
        <h4>
          <bdi>{part.name}</bdi>
        </h4>
      )}
      {part.isText ? (
        <Prose text={shown} />
      ) : (
        <pre dir="auto" tabIndex={shown.length > 200 ? 0 : undefined}>
          <WithRuns text={shown} />
        </pre>
      )}
      {leftOut > 0 && <p className="quiet">{whole(leftOut)} more characters are in the download.</p>}
    </div>
  );
}

/** A text with its lines, each in the direction of its own script. */
export function Prose({ text }: { readonly text: string }) {
  return (
    <div className="prose" dir="auto" tabIndex={text.length > 200 ? 0 : undefined}>
      <WithRuns text={text} />
    </div>
  );
}

/** Shows a text in which each id of a run leads to that run. */
function WithRuns({ text }: { readonly text: string }) {
  return splitAtRuns(text).map((part, at) =>
    at % 2 === 1 ? (
      <Link key={at} to="/runs/$id" params={{ id: part }}>
        {part}
      </Link>
    ) : (
      part
    ),
  );
}
