import { Room } from './room.js';

const SIGNAL = new AbortController().signal;

test('who wants more than is left waits until it is given back, in order', async () => {
  const room = new Room(100);
  const order: string[] = [];
  const first = await room.take(60, SIGNAL);
  const second = room.take(60, SIGNAL).then((give) => (order.push('second'), give));
  const third = room.take(10, SIGNAL).then((give) => (order.push('third'), give));
  expect(order).toEqual([]);
  first();
  first();
  (await second)();
  (await third)();
  expect(order).toEqual(['second', 'third']);
});

test('a value that is larger than the whole room is let in alone', async () => {
  const room = new Room(100);
  const large = await room.take(5_000, SIGNAL);
  const small = room.take(1, SIGNAL);
  large();
  (await small)();
});

test('who is sent away while waiting holds up nobody', async () => {
  const room = new Room(100);
  const gone = new AbortController();
  const held = await room.take(90, SIGNAL);
  const waits = room.take(90, gone.signal);
  const behind = room.take(10, SIGNAL);
  gone.abort();
  await expect(waits).rejects.toBe(gone.signal.reason);
  (await behind)();
  held();
  (await room.take(100, SIGNAL))();
});
