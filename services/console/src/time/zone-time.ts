/** Writes a time as a field for a date and a time takes it: `2026-03-29T02:30:00`, in a zone. `local` is the browser's own zone. */
export function fieldText(at: number, zone: string): string {
  const parts = new Intl.DateTimeFormat('en-GB', {
    ...{ year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit', second: '2-digit' },
    hourCycle: 'h23',
    ...(zone !== 'local' && { timeZone: zone }),
  }).formatToParts(at);
  const part = (type: Intl.DateTimeFormatPartTypes): string => parts.find((one) => one.type === type)?.value ?? '';
  return `${part('year')}-${part('month')}-${part('day')}T${part('hour')}:${part('minute')}:${part('second')}`;
}

/**
 * Reads such a text. Where clocks are set back a time comes twice: the first is meant. One that is left out as clocks are set forward is read as
 * the time that many minutes later.
 */
export function timeIn(text: string, zone: string): number | undefined {
  const asUtc = Date.parse(`${text}Z`);
  if (Number.isNaN(asUtc)) return undefined;
  const shiftAt = (at: number): number => Date.parse(`${fieldText(at, zone)}Z`) - Math.floor(at / 1_000) * 1_000;
  // The shift before and after a change of clocks that may lie between: the larger one gives the earlier time.
  const shifts = [shiftAt(asUtc - DAY), shiftAt(asUtc + DAY)];
  const times = shifts.map((shift) => asUtc - shift).sort((a, b) => a - b);
  return times.find((time) => asUtc - shiftAt(time) === time) ?? times.at(-1);
}

const DAY = 24 * 3_600_000;
