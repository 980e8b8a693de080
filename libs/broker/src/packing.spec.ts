import type { Outgoing } from './broker.js';
import { pack, refuseTooLarge, sizeOf } from './packing.js';
import { partitionFor } from './partition.js';

const event = (key: string, value: string | Buffer, more: Partial<Outgoing> = {}): Outgoing => ({
  topic: 'runs',
  key,
  value,
  packed: true,
  ...more,
});
const three = () => 3;
const text = (record: Outgoing | undefined) => String(record?.value);

describe('packing', () => {
  test('records that are not packed stay as they are', () => {
    const records = [{ topic: 'a', key: 'k', value: '1' }];
    expect(pack(records, three)).toBe(records);
  });

  test('packed values of one partition travel as one JSON array, in order, without a key', () => {
    const records = Array.from({ length: 50 }, (_, n) => event(`run-${n % 7}`, JSON.stringify({ n })));
    const written = pack(records, three);
    expect(new Set(written.map((record) => record.partition)).size).toBe(written.length);
    for (const record of written) {
      expect(record.key).toBeNull();
      expect(JSON.parse(text(record))).toEqual(
        records
          .filter(({ key }) => partitionFor(key!, 3) === record.partition)
          .map(({ value }) => JSON.parse(String(value)) as unknown),
      );
    }
  });

  test('a pack has the headers of its first value', () => {
    const [written] = pack([event('a', '1', { headers: { x: '1' } }), event('a', '2', { headers: { x: '2' } })], three);
    expect(written).toMatchObject({ headers: { x: '1' }, value: '[1,2]' });
  });

  test('text and bytes may be mixed', () => {
    const [written] = pack([event('a', '"ü"'), event('a', Buffer.from('"é"')), event('a', '3')], three);
    expect(text(written)).toBe('["ü","é",3]');
  });

  test('a pack is split before it grows past the limit, and a larger value travels alone', () => {
    const values = ['"12345678"', '"12345678"', '"12345678"', `"${'x'.repeat(100)}"`, '1'];
    const written = pack(
      values.map((value) => event('a', value)),
      three,
      25,
    );
    expect(written.map((record) => (JSON.parse(text(record)) as unknown[]).length)).toEqual([2, 1, 1, 1]);
    expect(written.flatMap((record) => JSON.parse(text(record)) as unknown[])).toEqual(
      values.map((value) => JSON.parse(value) as unknown),
    );
  });

  test('a packed value never overtakes a plain record of its partition', () => {
    const partition = partitionFor('a', 3);
    const other = (partition + 1) % 3;
    const written = pack(
      [event('a', '1'), event('b', '2', { partition: other }), { topic: 'runs', key: 'a', value: 'plain' }].concat(
        event('a', '3'),
        event('b', '4', { partition: other }),
      ),
      three,
    );
    expect(written.map(text)).toEqual(['[1]', '[2,4]', 'plain', '[3]']);
  });

  test('packed values without a key go together, anywhere', () => {
    const written = pack([event('a', '1', { key: null }), event('a', '2', { key: null })], three);
    expect(written).toEqual([{ topic: 'runs', key: null, value: '[1,2]' }]);
  });
});

describe('the size of a record', () => {
  test('is that of key, value and headers in bytes, repeated headers included', () => {
    const headers = { n: 'é', many: ['1', Buffer.from('22')], none: undefined };
    expect(sizeOf({ topic: 't', key: 'ü', value: Buffer.from('abc'), headers })).toBe(2 + 3 + 3 + 5 + 6);
    expect(sizeOf({ topic: 't', key: null, value: null })).toBe(0);
  });

  test('is refused above the limit, and the topic is named', () => {
    const record = { topic: 'intake', key: null, value: 'x'.repeat(11) };
    expect(() => refuseTooLarge([record], 11)).not.toThrow();
    expect(() => refuseTooLarge([record], 10)).toThrow(
      expect.objectContaining({ code: 'RECORD_TOO_LARGE', message: expect.stringContaining('intake') as string }),
    );
  });
});
