import { recordFormat } from '@weir/windows';
import type { ChainOutcome } from '@weir/windows';
import { bucketCount, segmentsDroppedPerAccount, segmentsDroppedPerCommit } from './limits.ts';
import { defineScript } from './run-script.ts';
import { scriptHead } from './script-parts.ts';

/**
 * The chain commit. A script runs alone but isn't rolled back: whatever may
 * fail is looked at before the first write, and the position moves last.
 *
 * ARGV: the expected position ("" for none) and its token, next, token, and the
 * appends as `packAppends` packs them.
 */
export const commitScript = defineScript(`
${scriptHead}
local expected, expectedToken, target, token, appends = ARGV[1], ARGV[2], ARGV[3], ARGV[4], ARGV[5]

local stored = redis.call('HMGET', KEYS[1], 'next', 'token', 'layout')
if not stored[1] then
  if expected ~= '' then return 'missing' end
else
  if stored[3] ~= layout then return 'damaged' end
  if stored[2] == token and stored[1] == target then return 'alreadyMine' end
  if expected == '' or tonumber(stored[1]) > tonumber(expected) then return 'ahead' end
  if tonumber(stored[1]) < tonumber(expected) then return 'behind' end
  if stored[2] ~= expectedToken then return 'ahead' end
end

local function isForgettable(segment, beforeSeconds)
  for at = #segment - recordBytes + 1, 1, -recordBytes do
    if struct.unpack('>I4', segment, at + ${recordFormat.observedAtByte}) >= beforeSeconds then return false end
  end
  return true
end

local drops = ${segmentsDroppedPerCommit}
-- Whether all is there that putting an account's open records aside will touch: how many of its
-- oldest full segments may go; nil where one is lost.
local function checkSegments(account, value, beforeSeconds)
  local first, last, tail = struct.unpack('>I4I4I2', value, 2)
  last = last - 1
  local base = prefix .. 's:' .. account .. ':'
  if tail > 0 and redis.call('STRLEN', base .. last) ~= tail * recordBytes then return nil end
  local count = 0
  while beforeSeconds > 0 and count < ${segmentsDroppedPerAccount} and first + count < last and drops > 0 do
    local key = base .. (first + count)
    local latest = redis.call('GETRANGE', key, segmentBytes - recordBytes, -1)
    if #latest ~= recordBytes then return nil end
    if not isForgettable(latest, beforeSeconds) then return count end
    drops = drops - 1
    if not isForgettable(redis.call('GET', key), beforeSeconds) then return count end
    count = count + 1
  end
  return count
end

local noSegments = struct.pack('>BI4I4I2', formatVersion, 0, 0, 0)
local keys, accounts, values, dropped, isNew = {}, {}, {}, {}, {}
local freshBuckets, isCounted = {}, {}
local count, at = 0, 1
while at <= #appends do
  local bucket, account, after, beforeSeconds, length
  bucket, account, after, beforeSeconds, length, at = struct.unpack('>I2Bc0Bc0I4I4', appends, at)
  local packed = string.sub(appends, at, at + length - 1)
  at = at + length
  local key = prefix .. 'b:' .. bucket
  local value = redis.call('HGET', key, account)
  count = count + 1
  if value then
    local open = #value - headerBytes
    if string.byte(value) ~= formatVersion or open < recordBytes or open % recordBytes ~= 0 then return 'damaged' end
    if string.sub(value, offsetFrom, offsetTo) ~= after then return 'damaged' end
  else
    if after ~= '' then return 'damaged' end
    if not isCounted[bucket] then
      local held = countAccounts(bucket, key)
      if not held then return 'damaged' end
      if held == 0 then freshBuckets[#freshBuckets + 1] = bucket end
      isCounted[bucket] = true
    end
    isNew[count] = true
    value = noSegments
  end
  local grown = value .. packed
  if #grown > headerBytes + openBytes then
    dropped[count] = checkSegments(account, value, beforeSeconds)
    if not dropped[count] then return 'damaged' end
  end
  keys[count], accounts[count], values[count] = key, account, grown
end

-- All records but the latest go to the end of the last segment and into new ones. Each is
-- written whole, since APPEND keeps twice what it needs. Answers what is left of the value.
local function putAside(account, value, dropped)
  local first, after, tail = struct.unpack('>I4I4I2', value, 2)
  local base = prefix .. 's:' .. account .. ':'
  local from, to = headerBytes + 1, #value - recordBytes
  local room = segmentBytes - tail * recordBytes
  if tail > 0 and room > 0 then
    local key = base .. (after - 1)
    local part = string.sub(value, from, math.min(from + room - 1, to))
    redis.call('SET', key, redis.call('GET', key) .. part)
    tail = tail + #part / recordBytes
    from = from + #part
  end
  while from <= to do
    local part = string.sub(value, from, math.min(from + segmentBytes - 1, to))
    redis.call('SET', base .. after, part)
    after = after + 1
    tail = #part / recordBytes
    from = from + #part
  end
  for index = first, first + dropped - 1 do redis.call('UNLINK', base .. index) end
  return struct.pack('>BI4I4I2', formatVersion, first + dropped, after, tail) .. string.sub(value, -recordBytes)
end

for index = 1, count do
  local value = values[index]
  if dropped[index] then value = putAside(accounts[index], value, dropped[index]) end
  redis.call('HSET', keys[index], accounts[index], value)
  if isNew[index] then redis.call('HINCRBY', keys[index], '#', 1) end
end

if #freshBuckets > 0 then
  local bytes = { string.byte(made or string.rep('\\0', ${bucketCount / 8}), 1, -1) }
  for _, bucket in ipairs(freshBuckets) do
    local byte = math.floor(bucket / 8) + 1
    bytes[byte] = bit.bor(bytes[byte], bit.lshift(1, bucket % 8))
  end
  redis.call('HSET', KEYS[1], 'buckets', string.char(unpack(bytes)))
end

redis.call('HSET', KEYS[1], 'next', target, 'token', token, 'layout', layout)
return 'applied'
`);

const outcomes = [
  'applied',
  'alreadyMine',
  'behind',
  'ahead',
  'missing',
  'damaged',
] as const satisfies readonly ChainOutcome[];

/** The outcome a reply names; anything else is not from our script. */
export function readOutcome(reply: unknown): ChainOutcome {
  const outcome = outcomes.find((known) => String(reply) === known);
  if (outcome === undefined) throw new Error('window store: the commit script gave an unknown answer');
  return outcome;
}
