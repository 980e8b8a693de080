/**
 * Makes a clock that tells microseconds. Its times lie within the millisecond that `Date.now()` tells, so that they agree
 * with the times that records carry in whole milliseconds.
 */
export function microsecondClock(
  wall: () => number = Date.now,
  monotonic: () => number = () => performance.now(),
): () => number {
  let offset = performance.timeOrigin;
  return () => {
    const ms = wall();
    const time = offset + monotonic();
    if (time >= ms && time < ms + 1) return time;
    // The wall clock was set, or the two have drifted apart.
    const nearest = time < ms ? ms : ms + 0.999;
    offset += nearest - time;
    return nearest;
  };
}
