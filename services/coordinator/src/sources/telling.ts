import type { Incoming, OrderedSource } from '@millrace/broker';
import { readEvents, type RunEvent } from '@millrace/contracts';

type Reading = ReturnType<typeof readEvents>;

/**
 * The milliseconds for which events that only tell may wait: views of a run lag by as much. A run of a few quick steps is then decided, and
 * written, once instead of once a step.
 */
const TELLS_WITHIN_MS = 25;

/** True where nothing waits for the event's decision: its stage has handed the run on, or it says how far a step is. */
const tells = (event: RunEvent): boolean =>
  event.type === 'step.progress' || (event.type === 'step.completed' && (event.next?.length ?? 0) > 0);

/** Reads the events of records, each record once, and says which records may wait for others of their run. */
export class EventReader {
  private readonly readings = new WeakMap<Incoming, Reading>();

  readonly linger: OrderedSource['linger'] = {
    ms: TELLS_WITHIN_MS,
    canWait: (record) => {
      const { events, failure } = this.read(record);
      return failure === undefined && events.every(({ event }) => tells(event));
    },
  };

  read(record: Incoming): Reading {
    let reading = this.readings.get(record);
    if (!reading) this.readings.set(record, (reading = readEvents(record.value)));
    return reading;
  }
}
