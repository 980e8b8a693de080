import type { TopicGroupView, TopicView } from '@millrace/client';
import { whole } from '../text/numbers.js';

const MOST = 64;

/** Shows how far each consumer group is, over all partitions and in each. */
export function TopicGroups({ topic }: { readonly topic: TopicView }) {
  const { groups, ranges } = topic;
  return (
    <div className="scroll" tabIndex={0} role="region" aria-label="Consumer groups">
      <table className="table offsets">
        <thead>
          <tr>
            <th scope="col">Consumer group</th>
            <th scope="col">Processes</th>
            <th scope="col">Behind</th>
            {ranges.slice(0, MOST).map(({ partition }) => (
              <th key={partition} scope="col">
                <abbr title={`partition ${partition}`}>p{partition}</abbr>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {groups.map((group) => (
            <GroupRow key={group.name} group={group} />
          ))}
          <tr>
            <th scope="row">Offsets in the log</th>
            <td />
            <td />
            {ranges.slice(0, MOST).map(({ partition, start, end }) => (
              <td key={partition} className="mono">
                {start} – {end}
              </td>
            ))}
          </tr>
        </tbody>
      </table>
      {ranges.length > MOST && (
        <p className="quiet">
          The first {MOST} of {ranges.length} partitions.
        </p>
      )}
    </div>
  );
}

function GroupRow({ group: { name, consumers, backlog, partitions } }: { readonly group: TopicGroupView }) {
  return (
    <tr>
      <th scope="row" className="wrap">
        {name}
      </th>
      <td>{consumers === 0 ? <b className="bad">⚠ none</b> : (consumers ?? '?')}</td>
      <td className="mono">{whole(backlog)}</td>
      {partitions.slice(0, MOST).map(({ partition, committed, backlog: behind }) => (
        <td key={partition} className="mono">
          {committed ?? '–'}
          {behind > 0 && <span className="quiet"> ({behind} behind)</span>}
        </td>
      ))}
    </tr>
  );
}
