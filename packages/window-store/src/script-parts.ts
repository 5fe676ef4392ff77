import { recordFormat } from '@weir/windows';
import { accountHeaderBytes, openRecords, segmentRecords, windowLayout } from './limits.ts';

const { recordBytes, offsetByte, offsetBytes } = recordFormat;

/**
 * What the scripts share. They are legal on Redis 6.2. `KEYS[1]` is the position;
 * the others are made from it, since only what is stored says which they are, and
 * they lie on the same node.
 *
 * `KEYS[2]` never exists. While a cluster moves a slot it answers a script that
 * names a key it doesn't have with ASK, then TRYAGAIN, until the slot is whole
 * again: without it, keys that have already moved would look lost.
 */
export const scriptHead = `
local prefix = string.sub(KEYS[1], 1, -2)
local recordBytes, headerBytes = ${recordBytes}, ${accountHeaderBytes}
local openBytes, segmentBytes = ${openRecords * recordBytes}, ${segmentRecords * recordBytes}
local formatVersion, layout = ${recordFormat.version}, '${windowLayout}'
local offsetFrom, offsetTo = ${offsetByte - recordBytes}, ${offsetByte + offsetBytes - 1 - recordBytes}

local made
local function isMade(bucket)
  if made == nil then made = redis.call('HGET', KEYS[1], 'buckets') end
  if not made then return false end
  local byte = string.byte(made, math.floor(bucket / 8) + 1)
  return byte ~= nil and bit.band(byte, bit.lshift(1, bucket % 8)) ~= 0
end

-- How many accounts a bucket holds; nil where it doesn't hold what it should.
local function countAccounts(bucket, key)
  local length = redis.call('HLEN', key)
  if length == 0 then
    if isMade(bucket) then return nil end
    return 0
  end
  local count = tonumber(redis.call('HGET', key, '#'))
  if count ~= length - 1 or not isMade(bucket) then return nil end
  return count
end
`;
