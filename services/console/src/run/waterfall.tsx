import type { RunView, StepView } from '@millrace/client';
import { hasEnded } from '@millrace/client';
import { useVirtualizer } from '@tanstack/react-virtual';
import { useMemo, useRef } from 'react';
import { MARKS } from '../text/states.js';
import { useNow } from '../time/clock.js';
import { durationText } from '../time/words.js';
import { type Bar, barsOf, stepState, wholeOf } from './bars.js';
import { Items } from './items.js';
import { type TimeScale, timeScale } from './time-scale.js';

const ROW_PX = 34;
const WIDTH = 1_000;

interface WaterfallProps {
  readonly run: RunView;
  readonly selected: string | undefined;
  readonly select: (step: string) => void;
}

/** The steps of a run over time: queues apart from work, attempts, waits. Only the rows on the screen are drawn. */
export function Waterfall({ run, selected, select }: WaterfallProps) {
  const isOver = hasEnded(run);
  const clock = useNow(1_000);
  const now = isOver ? 0 : clock;
  const rows = useMemo(() => run.steps.map((step) => ({ step, bars: barsOf(step, now) })), [run.steps, now]);
  const scale = useMemo(() => {
    const work = rows.flatMap(({ bars }) => bars.filter(({ kind }) => kind !== 'wait'));
    return timeScale(work, wholeOf(run, now));
  }, [rows, run, now]);
  const box = useRef<HTMLDivElement>(null);
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => box.current,
    estimateSize: () => ROW_PX,
    overscan: 12,
  });
  const whole = wholeOf(run, now);
  return (
    <>
      <div className="waterfall" ref={box} tabIndex={0} role="group" aria-label="Steps over time">
        <ol style={{ height: virtual.getTotalSize() }}>
          {virtual.getVirtualItems().map(({ index, start }) => {
            const row = rows[index];
            return (
              row && (
                <li
                  key={row.step.name}
                  ref={virtual.measureElement}
                  data-index={index}
                  style={{ transform: `translateY(${start}px)` }}
                >
                  <Row
                    step={row.step}
                    bars={row.bars}
                    scale={scale}
                    isSelected={selected === row.step.name}
                    select={select}
                  />
                </li>
              )
            );
          })}
        </ol>
      </div>
      <p className="axis quiet" aria-label="Time axis">
        <span>0</span>
        {scale.folds.length > 0 && <span>┆ idle time is folded</span>}
        <span>{durationText(whole.to - whole.from)}</span>
      </p>
    </>
  );
}

interface RowProps {
  readonly step: StepView;
  readonly bars: readonly Bar[];
  readonly scale: TimeScale;
  readonly isSelected: boolean;
  readonly select: (step: string) => void;
}

function Row({ step, bars, scale, isSelected, select }: RowProps) {
  const state = stepState(step);
  const isItem = step.name.includes('[');
  return (
    <div className={`step ${state}${isSelected ? ' selected' : ''}${isItem ? ' item' : ''}`}>
      <button type="button" aria-pressed={isSelected} onClick={() => select(step.name)}>
        <i className="mark" aria-hidden="true">
          {MARKS[state] ?? '•'}
        </i>
        <b className="cut">{step.name}</b>
        <span className="sr">: {state}</span>
        <Lane bars={bars} scale={scale} />
        <span className="took">{tookText(step) ?? state}</span>
      </button>
      {step.items && <Items items={step.items} />}
    </div>
  );
}

function tookText({ startedAt, endedAt }: StepView): string | undefined {
  return startedAt === undefined || endedAt === undefined
    ? undefined
    : durationText(Date.parse(endedAt) - Date.parse(startedAt));
}

function Lane({ bars, scale }: { readonly bars: readonly Bar[]; readonly scale: TimeScale }) {
  return (
    <svg className="lane" viewBox={`0 0 ${WIDTH} 16`} preserveAspectRatio="none" aria-hidden="true">
      {scale.folds.map(({ at }) => (
        <path key={at} className="fold" d={`M${at * WIDTH} 0v16`} />
      ))}
      {bars.map(({ kind, from, to, about }) => {
        const x = scale.at(from) * WIDTH;
        const width = Math.max(scale.at(to) * WIDTH - x, kind === 'queue' ? 0 : 3);
        return (
          <rect
            key={`${kind} ${from}`}
            className={kind}
            x={Math.min(x, WIDTH - 3)}
            y={kind === 'queue' ? 6 : 2}
            width={width}
            height={kind === 'queue' ? 4 : 12}
          >
            <title>{`${about}, ${durationText(to - from)}`}</title>
          </rect>
        );
      })}
    </svg>
  );
}
