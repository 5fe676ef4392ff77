import { replyPageBytes } from './limits.ts';
import { defineScript } from './run-script.ts';
import { scriptHead } from './script-parts.ts';

/**
 * Reads accounts, each as it is at this moment: value, then its segments in
 * order. Where the reply has grown to a page it ends, be it within an account.
 * A value is nil for an account the partition has never had, a segment is nil
 * where it is not there.
 *
 * ARGV: accounts as `packAccounts` packs them; then, for the first of them, from
 * which segment up to which (not with it) to go on without its value, or "".
 * Answers the stored position's next ("" for none) and the items, or "damaged".
 */
export const loadScript = defineScript(`
${scriptHead}
local accounts, resumeFrom, resumeTo = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3])
local stored = redis.call('HMGET', KEYS[1], 'next', 'layout')
if stored[1] and stored[2] ~= layout then return 'damaged' end

local reply = { stored[1] or '' }
local count, bytes, at = 1, 0, 1
local function add(item)
  count = count + 1
  reply[count] = item
  bytes = bytes + (item and #item or 0)
end

while at <= #accounts and bytes < ${replyPageBytes} do
  local bucket, account
  bucket, account, at = struct.unpack('>I2Bc0', accounts, at)
  local key = prefix .. 'b:' .. bucket
  local from, to = resumeFrom, resumeTo
  if not from then
    local value = redis.call('HGET', key, account)
    if value then
      if not stored[1] then return 'damaged' end
      from, to = struct.unpack('>I4I4', value, 2)
    else
      if not countAccounts(bucket, key) then return 'damaged' end
      from, to = 0, 0
    end
    add(value)
  end
  resumeFrom = nil
  while from < to and bytes < ${replyPageBytes} do
    add(redis.call('GET', prefix .. 's:' .. account .. ':' .. from))
    from = from + 1
  end
end
return reply
`);

/**
 * The accounts of one bucket. ARGV: its number. Answers their pseudonyms, or
 * "damaged" where one of them is lost.
 */
export const listScript = defineScript(`
${scriptHead}
local bucket = tonumber(ARGV[1])
local layoutFound = redis.call('HGET', KEYS[1], 'layout')
if layoutFound and layoutFound ~= layout then return 'damaged' end
local key = prefix .. 'b:' .. bucket
if not countAccounts(bucket, key) then return 'damaged' end
return redis.call('HKEYS', key)
`);
