import type { ReviewView } from '@millrace/client';
import { useEffect, useState } from 'react';
import { ActDialog } from '../acts/act-dialog.js';
import { isTyping } from '../app/keyboard.js';
import { millrace } from '../app/place.js';

type Act = 'claim' | 'unclaim' | 'takeOver';

const WORDS: Readonly<Record<Act, { readonly verb: string; readonly about: string }>> = {
  claim: { verb: 'Claim', about: 'Until you give it back, nobody else’s answer counts.' },
  unclaim: { verb: 'Give back', about: 'Anybody may answer it again.' },
  takeOver: { verb: 'Take over', about: 'It is claimed by somebody else; the history says that you took it.' },
};

/** Says who has a review in hand, and offers what may be done about it. The key c claims it. */
export function Claims({ review }: { readonly review: ReviewView }) {
  const [open, setOpen] = useState<Act>();
  const { id, claimedBy, assignee, group, allowedActions } = review;
  const mayClaim = allowedActions.includes('claim');
  useEffect(() => {
    const pressed = (event: KeyboardEvent) => {
      if (event.key === 'c' && mayClaim && !isTyping(event) && !event.ctrlKey && !event.metaKey) setOpen('claim');
    };
    document.addEventListener('keydown', pressed);
    return () => document.removeEventListener('keydown', pressed);
  }, [mayClaim]);
  const act = (kind: Act, byWhom: { readonly by?: string; readonly reason?: string }) =>
    kind === 'unclaim'
      ? millrace.reviews.unclaim(id, byWhom)
      : millrace.reviews.claim(id, { ...byWhom, by: byWhom.by ?? '', ...(kind === 'takeOver' && { takeOver: true }) });
  return (
    <div className="line">
      {claimedBy !== undefined && (
        <bdi>
          ✋ Claimed by <b>{claimedBy}</b>
        </bdi>
      )}
      {claimedBy === undefined && (assignee ?? group) !== undefined && (
        <bdi>
          For {assignee === undefined && 'the group '}
          <b>{assignee ?? group}</b>
        </bdi>
      )}
      {mayClaim && (
        <button type="button" onClick={() => setOpen('claim')}>
          Claim <kbd>c</kbd>
        </button>
      )}
      {allowedActions.includes('unclaim') && (
        <>
          <button type="button" onClick={() => setOpen('unclaim')}>
            Give back
          </button>
          <button type="button" onClick={() => setOpen('takeOver')}>
            Take over
          </button>
        </>
      )}
      {open && (
        <ActDialog
          title={`${WORDS[open].verb} this review`}
          verb={WORDS[open].verb}
          needsName={open !== 'unclaim'}
          act={(byWhom) => act(open, byWhom)}
          close={() => setOpen(undefined)}
        >
          <p>{WORDS[open].about}</p>
        </ActDialog>
      )}
    </div>
  );
}
