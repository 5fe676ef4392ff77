import { createHash } from 'node:crypto';
import { recordFormat } from '@weir/windows';
import type { ChainOutcome } from '@weir/windows';
import { segmentBytes, segmentHeader, segmentsDroppedPerFill } from './limits.ts';

/**
 * The chain commit, legal since Redis 5. A script runs alone but isn't rolled
 * back: whatever may fail, the types of the keys included, is looked at before
 * the first write, and the position moves last.
 *
 * KEYS: the position, then head and full segments of each account.
 * ARGV: expected ("" for none), next, token, the segment header, then packed
 * records and the second to forget before of each account.
 */
export const commitScript = `
local expected, target, token, header = ARGV[1], ARGV[2], ARGV[3], ARGV[4]
local segmentBytes, recordBytes = ${segmentBytes}, ${recordFormat.recordBytes}

local stored = redis.call('HMGET', KEYS[1], 'next', 'token')
if not stored[1] then
  if expected ~= '' then return 'missing' end
else
  if stored[2] == token and stored[1] == target then return 'alreadyMine' end
  if expected == '' or tonumber(stored[1]) > tonumber(expected) then return 'ahead' end
  if tonumber(stored[1]) < tonumber(expected) then return 'behind' end
end

local lengths = {}
for key = 2, #KEYS, 2 do
  lengths[key] = redis.call('STRLEN', KEYS[key])
  redis.call('LLEN', KEYS[key + 1])
end

local function isForgettable(segment, beforeSeconds)
  for at = #segment - recordBytes + 1, #header + 1, -recordBytes do
    if struct.unpack('>I4', segment, at + ${recordFormat.observedAtByte}) >= beforeSeconds then return false end
  end
  return true
end

local function putAside(head, full, beforeSeconds)
  redis.call('RPUSH', full, redis.call('GET', head))
  for _ = 1, ${segmentsDroppedPerFill} do
    local oldest = redis.call('LINDEX', full, 0)
    if not oldest or not isForgettable(oldest, beforeSeconds) then return end
    redis.call('LPOP', full)
  end
end

for key = 2, #KEYS, 2 do
  local packed, beforeSeconds = ARGV[key + 3], tonumber(ARGV[key + 4])
  local length, from = lengths[key], 1
  while from <= #packed do
    if length >= segmentBytes then
      putAside(KEYS[key], KEYS[key + 1], beforeSeconds)
      length = 0
    end
    local room = segmentBytes - math.max(length, #header)
    local part = string.sub(packed, from, from + room - 1)
    if length == 0 then
      redis.call('SET', KEYS[key], header .. part)
      length = #header + #part
    else
      length = redis.call('APPEND', KEYS[key], part)
    end
    from = from + #part
  end
end

redis.call('HSET', KEYS[1], 'next', target, 'token', token)
return 'applied'
`;

/** By which Redis knows the script it has seen before. */
export const commitScriptSha1 = createHash('sha1').update(commitScript).digest('hex');

/** The script's argument that never changes. */
export const headerArgument = Buffer.from(segmentHeader);

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
  const outcome = outcomes.find((known) => known === reply);
  if (outcome === undefined) throw new Error('window store: the commit script gave an unknown answer');
  return outcome;
}
