import fc from 'fast-check';
import { doneAbove, MAX_WINDOW, OffsetWindow } from './window.js';

/** A step in the life of one partition: a log with gaps, an owner that takes and finishes, commits that succeed or fail, takeovers. */
type Step =
  | { readonly do: 'take'; readonly count: number }
  | { readonly do: 'finish'; readonly which: number }
  | { readonly do: 'commit'; readonly outcome: 'done' | 'lost' | 'unknown'; readonly meanwhile: number }
  | { readonly do: 'offer-again'; readonly back: number }
  | { readonly do: 'takeover' };

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ do: fc.constant('take' as const), count: fc.integer({ min: 1, max: 30 }) }) },
  { weight: 9, arbitrary: fc.record({ do: fc.constant('finish' as const), which: fc.nat() }) },
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constant('commit' as const),
      outcome: fc.constantFrom('done' as const, 'done' as const, 'lost' as const, 'unknown' as const),
      meanwhile: fc.nat(20),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('offer-again' as const), back: fc.integer({ min: 1, max: 60 }) }),
  },
  { weight: 1, arbitrary: fc.constant({ do: 'takeover' as const }) },
);

const story = fc.record({
  size: fc.constantFrom(1, 2, 7, 32, 33, 64, 100, 4_096),
  base: fc.constantFrom(0, 1, 31, 32_760, 2 ** 31 - 40, 2 ** 32 - 40, 2 ** 40 + 5),
  gaps: fc.array(fc.oneof({ weight: 9, arbitrary: fc.nat(2) }, { weight: 1, arbitrary: fc.nat(200) }), {
    minLength: 300,
    maxLength: 300,
  }),
  steps: fc.array(step, { minLength: 1, maxLength: 120 }),
});

/** Keeps to the rules that an owner keeps to, and knows by simple means what ought to be. */
class Model {
  readonly offsets: number[] = [];
  readonly end: number;
  readonly published = new Set<number>();
  committed: { offset: number; metadata: string };
  window: OffsetWindow;
  next = 0; // index of the next record to offer
  flying = new Set<number>();
  finished: number[] = [];
  committing: readonly number[] = [];

  constructor(
    readonly size: number,
    readonly base: number,
    gaps: readonly number[],
  ) {
    let at = base;
    for (const gap of gaps) {
      this.offsets.push(at + gap);
      at += gap + 1;
    }
    this.end = at + 3; // trailing control records
    this.committed = { offset: base, metadata: '' };
    this.window = this.takenOver();
  }

  takenOver(): OffsetWindow {
    const window = new OffsetWindow(this.size);
    window.resume(this.committed.offset, this.committed.metadata);
    this.flying.clear();
    this.finished = [];
    this.next = this.offsets.findIndex((offset) => offset >= this.committed.offset);
    if (this.next < 0) this.next = this.offsets.length;
    return window;
  }

  take(count: number): void {
    for (; count > 0 && this.next < this.offsets.length; count--) {
      const offset = this.offsets[this.next]!;
      const oldest = Math.min(...this.flying, ...this.finished, ...this.committing);
      if (!this.window.fits(offset)) {
        agree(oldest < offset, 'with nothing in hand everything fits');
        return;
      }
      agree(oldest === Infinity || offset - oldest < this.size, 'the window is kept');
      this.next++;
      const fresh = this.window.take(offset);
      agree(fresh === !this.published.has(offset), `${offset} is handed out once`);
      if (fresh) this.flying.add(offset);
    }
    if (this.next === this.offsets.length) this.window.pass(this.end);
  }

  finish(which: number): void {
    const flying = [...this.flying];
    const offset = flying[which % flying.length];
    if (offset === undefined) return;
    this.flying.delete(offset);
    this.finished.push(offset);
  }

  commit(outcome: 'done' | 'lost' | 'unknown', meanwhile: number): void {
    const batch = this.finished;
    this.finished = [];
    for (const offset of batch) this.window.finish(offset);
    const point = this.window.commitPoint();
    agree(point.metadata.length <= 4_096, 'the metadata is small enough');
    this.committing = batch;
    this.take(meanwhile);
    this.committing = [];
    if (outcome !== 'lost') {
      this.committed = point;
      for (const offset of batch) {
        agree(!this.published.has(offset), `${offset} is published once`);
        this.published.add(offset);
      }
    }
    if (outcome === 'done') return this.window.settle(point.offset, batch.length);
    this.finished.push(...batch);
    const inHand = [...this.flying, ...this.finished];
    this.window.resume(this.committed.offset, this.committed.metadata, inHand);
    for (const offset of inHand)
      agree(this.window.isDone(offset) === this.published.has(offset), `it is known whether ${offset} is done`);
    this.finished = this.finished.filter((offset) => !this.window.isDone(offset));
  }

  /** All below the committed offset is published, and of the rest exactly what the bitmap names. */
  check(): void {
    const { offset: mark, metadata } = this.committed;
    let above = 0;
    for (const offset of this.offsets) {
      if (offset < mark) agree(this.published.has(offset), `${offset} is below the mark, so it is published`);
      else if (this.published.has(offset)) above++;
    }
    agree(doneAbove(metadata) >= above, 'the bitmap names what is published above the mark');
    agree(this.window.unsettled === this.flying.size + this.finished.length, 'what is in hand is counted');
  }
}

function agree(condition: boolean, what: string): void {
  if (!condition) throw new Error(`Not so: ${what}`);
}

function tell({ size, base, gaps, steps }: typeof story extends fc.Arbitrary<infer S> ? S : never): Model {
  const model = new Model(size, base, gaps);
  for (const one of steps) {
    if (one.do === 'take') model.take(one.count);
    else if (one.do === 'finish') model.finish(one.which);
    else if (one.do === 'commit') model.commit(one.outcome, one.meanwhile);
    else if (one.do === 'takeover') model.window = model.takenOver();
    else
      for (let i = Math.max(0, model.next - one.back); i < model.next; i++)
        agree(!model.window.take(model.offsets[i]!), 'what is offered again is dropped');
    model.check();
  }
  return model;
}

test('whatever finishes in whatever order, commits fail and owners change: every record is handed out until it is published, and never again', () => {
  fc.assert(
    fc.property(story, (one) => {
      const model = tell(one);
      // Somebody goes on to the end: nothing is left over and nothing comes twice.
      for (let round = 0; model.published.size < model.offsets.length && round < 1_000; round++) {
        model.take(50);
        for (let i = 0; i < 50; i++) model.finish(i);
        model.commit('done', 0);
        model.check();
      }
      expect(model.published.size).toBe(model.offsets.length);
      model.window.pass(model.end);
      expect(model.window.commitPoint()).toEqual({ offset: model.end, metadata: '' });
    }),
    { numRuns: 300 },
  );
});

test('what a full window has to say fits the metadata of an offset', () => {
  const window = new OffsetWindow(MAX_WINDOW);
  window.resume(5, '');
  for (let offset = 5; offset < 5 + MAX_WINDOW; offset++) expect(window.take(offset)).toBe(true);
  expect(window.fits(5 + MAX_WINDOW)).toBe(false);
  for (let offset = 6; offset < 5 + MAX_WINDOW; offset++) window.finish(offset);
  const point = window.commitPoint();
  expect(point.offset).toBe(5);
  expect(point.metadata.length).toBeLessThanOrEqual(4_096);
  expect(doneAbove(point.metadata)).toBe(MAX_WINDOW - 1);
});

test('a window larger than the metadata can tell of is refused', () => {
  expect(() => new OffsetWindow(MAX_WINDOW + 1)).toThrow(/1 to 24552/);
});

test('with nothing in hand, any distance may be passed over', () => {
  const window = new OffsetWindow(8);
  window.resume(0, '');
  expect(window.fits(1_000_000)).toBe(true);
  expect(window.take(1_000_000)).toBe(true);
  window.finish(1_000_000);
  expect(window.commitPoint()).toEqual({ offset: 1_000_001, metadata: '' });
});
