import assert from 'node:assert/strict';
import { test } from 'node:test';
import { addSlot, createSlotTable, findPlace, renumberTable, slotAtPlace } from './slot-table.ts';
import type { SlotTable } from './slot-table.ts';

/** Keys that share all bits but a few, as careless tests and clever attackers choose them. */
const highOf = (_view: DataView, slot: number): number => slot >>> 6;
const lowOf = (_view: DataView, slot: number): number => slot & 63;
const noView = new DataView(new ArrayBuffer(0));
const slotCount = 20_000;

const find = (table: SlotTable, key: number): number | undefined => {
  const place = findPlace(table, noView, key >>> 6, key & 63);
  return place < 0 ? undefined : slotAtPlace(table, place);
};

test('every slot is found by its key, and no other key finds one', () => {
  const table = createSlotTable(10, { highOf, lowOf });
  for (let slot = 0; slot < slotCount; slot += 1) addSlot(table, noView, slot);
  for (let key = 0; key < 2 * slotCount; key += 1)
    assert.equal(find(table, key), key < slotCount ? key : undefined);
});

test('slots of the same key are found one after the other', () => {
  const table = createSlotTable(10, { highOf: () => 7, lowOf: () => 7 });
  for (const slot of [4, 2, 9]) addSlot(table, noView, slot);
  const found: number[] = [];
  let place = findPlace(table, noView, 7, 7);
  for (; place >= 0; place = findPlace(table, noView, 7, 7, place)) found.push(slotAtPlace(table, place));
  assert.deepEqual(found.sort(), [2, 4, 9]);
});

test('after renumbering what was dropped is not found, the rest is, and there is room for more', () => {
  const dropped = 15_000;
  let firstKey = 0;
  const keys = {
    highOf: (view: DataView, slot: number) => {
      assert.ok(slot < slotCount, 'a row was looked for that no slot numbers');
      return highOf(view, slot + firstKey);
    },
    lowOf: (view: DataView, slot: number) => lowOf(view, slot + firstKey),
  };
  const table = createSlotTable(10, keys);
  for (let slot = 0; slot < slotCount; slot += 1) addSlot(table, noView, slot);
  renumberTable(table, dropped);
  firstKey = dropped;
  for (let key = 0; key < slotCount; key += 1)
    assert.equal(find(table, key), key < dropped ? undefined : key - dropped);
  for (let slot = slotCount - dropped; slot < slotCount; slot += 1) addSlot(table, noView, slot);
  for (let key = 0; key < slotCount + dropped; key += 1)
    assert.equal(find(table, key), key < dropped ? undefined : key - dropped);
});
