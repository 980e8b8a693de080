import type { VersionView } from '@millrace/client';
import { Link } from '@tanstack/react-router';
import { MayAct } from '../app/may-act.js';
import { Time } from '../time/time.js';
import { RouteActs } from './route-acts.js';

interface VersionsProps {
  readonly versions: readonly VersionView[];
  /** The plan of the version that is shown. */
  readonly shown: string | undefined;
}

/** The versions of a pipeline, newest first: the share of new runs that each gets, and the runs that still follow it. */
export function Versions({ versions, shown }: VersionsProps) {
  const shownVersion = versions.find(({ plan }) => plan === shown)?.version;
  const current = versions.toSorted((a, b) => b.share - a.share)[0]?.version ?? 0;
  return (
    <section className="card scroll">
      <h2>Versions</h2>
      <table className="table">
        <thead>
          <tr>
            <th>Version</th>
            <th>New runs</th>
            <th>Live runs</th>
            <th>Deployed</th>
            <th>By, and why</th>
            <th>Acts</th>
          </tr>
        </thead>
        <tbody>
          {versions.map((row) => {
            const { pipeline, version, plan, share, liveRuns, deployedAt, by, reason } = row;
            return (
              <tr key={version} aria-current={plan === shown}>
                <td>
                  <Link to="/pipelines/$name" params={{ name: pipeline }} search={{ version: String(version) }}>
                    {version}
                  </Link>
                  {plan === shown && <span className="quiet"> shown</span>}
                </td>
                <td>{share === 0 ? '–' : `${Math.round(share * 1_000) / 10} %`}</td>
                <td>{liveRuns}</td>
                <td>
                  <Time at={deployedAt} />
                </td>
                <td>
                  <bdi>{[by, reason].filter(Boolean).join(': ')}</bdi>
                </td>
                <td>
                  <span className="line">
                    {plan !== shown && shownVersion !== undefined && (
                      <Link
                        to="/pipelines/$name"
                        params={{ name: pipeline }}
                        search={{ version: String(shownVersion), from: String(version) }}
                      >
                        Compare with the one shown
                      </Link>
                    )}
                    <MayAct>
                      <RouteActs version={row} current={current} />
                    </MayAct>
                  </span>
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </section>
  );
}
