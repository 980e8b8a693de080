import { millrace } from '../app/place.js';

const [TRIES, WAIT_MS] = [20, 150];

/** Waits until a run that was asked for can be read. Gives up after three seconds: its page then says what is the matter. */
export async function untilThere(id: string): Promise<void> {
  for (let tries = 0; tries < TRIES; tries++) {
    const isThere = await millrace.runs.get(id).then(
      ({ steps }) => steps.length > 0,
      () => false,
    );
    if (isThere) return;
    await new Promise((resolve) => setTimeout(resolve, WAIT_MS));
  }
}
