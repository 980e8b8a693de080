import type { VersionView } from '@millrace/client';
import { useState } from 'react';
import { ActDialog, type ByWhom } from '../acts/act-dialog.js';
import { millrace } from '../app/place.js';

type Kind = 'promote' | 'rollback' | 'canary';

const WORDS: Readonly<Record<Kind, { readonly verb: string; readonly about: string }>> = {
  promote: { verb: 'Promote', about: 'All new runs get this version. Runs under way keep theirs.' },
  rollback: { verb: 'Roll back', about: 'All new runs get this version again. Runs under way keep theirs.' },
  canary: { verb: 'Give a share', about: 'This version becomes the canary: so many of the new runs get it.' },
};

/** Returns what may be done with a version: the canary is promoted, one that new runs do not get is given a share or rolled back to. */
function kindsOf({ share, version }: VersionView, current: number): readonly Kind[] {
  if (share === 1) return [];
  if (share > 0) return version === current ? ['rollback'] : ['promote', 'canary'];
  return ['canary', 'rollback'];
}

interface RouteActsProps {
  readonly version: VersionView;
  /** The number of the version that most new runs get. */
  readonly current: number;
}

/** Changes which version new runs get. */
export function RouteActs({ version, current }: RouteActsProps) {
  const [kind, setKind] = useState<Kind>();
  const [percent, setPercent] = useState('5');
  const act = (byWhom: ByWhom) => {
    if (kind === 'promote') return millrace.pipelines.route(version.pipeline, { action: 'promote', ...byWhom });
    const share = kind === 'canary' ? { share: Number(percent) / 100 } : {};
    return millrace.pipelines.route(version.pipeline, {
      ...{ action: kind ?? 'rollback', version: version.version, ...share },
      ...byWhom,
    });
  };
  return (
    <span className="line">
      {kindsOf(version, current).map((one) => (
        <button key={one} type="button" className="plain" onClick={() => setKind(one)}>
          {WORDS[one].verb}
          <span className="sr"> version {version.version}</span>
        </button>
      ))}
      {kind && (
        <ActDialog
          title={`${WORDS[kind].verb}: version ${version.version} of ${version.pipeline}`}
          verb={WORDS[kind].verb}
          act={act}
          close={() => setKind(undefined)}
        >
          <p>{WORDS[kind].about}</p>
          {kind === 'canary' && (
            <label>
              <span>Percent of the new runs</span>
              <input
                type="number"
                min={0.1}
                max={99.9}
                step="any"
                required
                value={percent}
                onChange={({ target }) => setPercent(target.value)}
              />
            </label>
          )}
        </ActDialog>
      )}
    </span>
  );
}
