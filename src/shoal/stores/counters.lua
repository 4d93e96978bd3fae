-- The counters in Redis or Valkey: one hash holds every counter, reservation and the generation, so that eviction or a
-- restart takes all of it or nothing. Python puts one of the scripts below "-- script NAME" after this part.
--
-- The field of a counter has its name and holds four doubles: used, reserved, mark (the window's start, the time when
-- it will be empty, the oldest slot) and end (when a window's use counts no more); older ones hold three. NAME:s<slot> is
-- one slot. R:<id> is an open reservation, g the generation, t the
-- time up to which the ledger was counted when it began, n how many reservations there are, c where a sweep goes on. All
-- numbers are whole and below 2^53, which doubles hold exactly.
local hash, leases, prefix = KEYS[1], KEYS[2], KEYS[3]
local lock = prefix .. ':lock'
local HELD, DRAINING, FIXED, ROLLING = 0, 1, 2, 3
local SLOTS, MOST, DAY_MS = 60, 4503599627370496, 86400000
-- A time in microseconds is above, the number of a slot below.
local A_TIME, HOUR = 1000000000000, 3600000000
local clock = redis.call('TIME')
local now = clock[1] * 1000000 + clock[2]

local function text(number)
  return string.format('%.0f', number)
end

-- Whether it is still this one that makes the store anew; if so, for so long again.
local function making(who, ms)
  return redis.call('GET', lock) == who and redis.call('PEXPIRE', lock, ms) == 1
end

local function read(name, packed)
  if not packed then
    return { name = name, u = 0, r = 0, m = 0, e = 0 }
  elseif #packed == 24 then
    packed = packed .. struct.pack('<d', 0)
  end
  local u, r, m, e = struct.unpack('<dddd', packed)
  return { name = name, u = u, r = r, m = m, e = e }
end

local function load(name)
  return read(name, redis.call('HGET', hash, name))
end

local function packed(state)
  return struct.pack('<dddd', state.u, math.max(state.r, 0), state.m, state.e)
end

local function save(state)
  redis.call('HSET', hash, state.name, packed(state))
end

-- Takes out what is over and says what is used now; `stop` is the window's end, or how long a slot is.
local function used(state, law, start, stop)
  if law == FIXED then
    state.e = math.max(state.e, stop or 0)
  elseif law == ROLLING then
    state.e = math.max(state.e, (start + SLOTS + 1) * (stop or 0))
  end
  if law == DRAINING then
    return math.max(state.m - now, 0)
  elseif law == FIXED then
    if start > state.m then
      state.u, state.r, state.m = 0, 0, start
    end
    return state.u
  elseif law == ROLLING then
    local oldest = start - SLOTS
    if state.m == 0 then
      state.m = oldest
    elseif state.m < oldest then
      for slot = state.m, math.min(state.m + SLOTS, oldest - 1) do
        local field = state.name .. ':s' .. text(slot)
        local held = redis.call('HGET', hash, field)
        if held then
          state.u = state.u - tonumber(held)
          redis.call('HDEL', hash, field)
        end
      end
      state.m = oldest
    end
    return state.u
  end
  return 0
end

-- Counts an amount, below zero where less was used than was counted at once. What drains is given back only where it is
-- taken back at once, as far as it has not drained.
local function use(state, law, amount, start, late)
  if amount == 0 or (law == DRAINING and amount < 0 and late) then
    return
  elseif law == DRAINING then
    state.m = amount > 0 and math.max(state.m, now) + amount or math.max(state.m + amount, math.min(state.m, now))
  elseif law == FIXED and state.m == start then
    state.u = math.min(math.max(state.u + amount, 0), MOST)
  elseif law == ROLLING and start >= state.m then
    state.u = state.u + amount
    redis.call('HINCRBY', hash, state.name .. ':s' .. text(start), text(amount))
  end
end

local function release(state, law, hold, start)
  if law ~= FIXED or state.m == start then
    state.r = state.r - hold
  end
end

local function drop(id)
  redis.call('HDEL', hash, 'R:' .. id)
  redis.call('ZREM', leases, id)
  redis.call('HINCRBY', hash, 'n', -1)
end

-- Whether a counter is as good as none: empty, or its window over for longer than clocks step back.
local function idle(state)
  if state.r ~= 0 then
    return false
  end
  local empty = state.u == 0 and (state.m == 0 or (state.m > A_TIME and state.m <= now))
  return empty or (state.e > 0 and state.e + HOUR < now)
end

local function drop_slots(state)
  local slots = {}
  for slot = state.m, state.m + SLOTS do
    slots[#slots + 1] = state.name .. ':s' .. text(slot)
  end
  redis.call('HDEL', hash, unpack(slots))
end

-- Where there are more fields than `many`, drops some of the counters that are as good as none: a caller may bring tags
-- that nobody saw before.
local function sweep(many)
  if redis.call('HLEN', hash) <= many then
    return
  end
  local found = redis.call('HSCAN', hash, redis.call('HGET', hash, 'c') or '0', 'COUNT', 200)
  local empty = {}
  for at = 1, #found[2], 2 do
    local name, value = found[2][at], found[2][at + 1]
    if (#value == 32 or #value == 24) and #name > 1 and string.sub(name, 1, 2) ~= 'R:' then
      local state = read(name, value)
      if idle(state) then
        empty[#empty + 1] = name
        if state.m > 0 and state.m < A_TIME then
          drop_slots(state)
        end
      end
    end
  end
  if #empty > 0 then
    redis.call('HDEL', hash, unpack(empty))
  end
  redis.call('HSET', hash, 'c', found[1])
end

-- Reservations whose process is dead: given back, or counted as used where `lost` says so. A note stays for a day, for
-- a process that was only slow.
local function reap(lost)
  for _, id in ipairs(redis.call('ZRANGEBYSCORE', leases, '-inf', text(now), 'LIMIT', 0, 16)) do
    local held = redis.call('HGET', hash, 'R:' .. id)
    local counted = {}
    for _, item in ipairs(held and cjson.decode(held) or {}) do
      local state = load(item[1])
      used(state, item[2], item[4])
      release(state, item[2], item[3], item[4])
      if lost == 'charge' and item[2] ~= HELD then
        use(state, item[2], item[3], item[4])
        counted[item[1]] = text((tonumber(counted[item[1]]) or 0) + item[3])
      end
      save(state)
    end
    redis.call('SET', prefix .. ':late:' .. id, cjson.encode(counted), 'PX', DAY_MS)
    drop(id)
  end
end

-- Whether all is as this process knows it: nothing was lost or evicted since.
local function whole(generation)
  local head = redis.call('HMGET', hash, 'g', 'n')
  if head[1] ~= generation then
    return false
  end
  if (tonumber(head[2]) or 0) ~= redis.call('ZCARD', leases) then
    redis.call('HDEL', hash, 'g')
    return false
  end
  return true
end

-- script reserve: generation, id, lease (us), lost, items [[counter, law, cap, hold, charge, start, end], ...], and what
-- to keep of them, [[counter, law, hold, start], ...]: written by Python, since cjson writes 14 digits only
local generation, id, lease, lost, items = ARGV[1], ARGV[2], tonumber(ARGV[3]), ARGV[4], cjson.decode(ARGV[5])
if not whole(generation) then
  return { 'generation' }
end
reap(lost)
if redis.call('EXISTS', prefix .. ':gone:' .. id) == 1 then
  return { 'window', now }
end
local names = {}
for at, item in ipairs(items) do
  if (item[2] == FIXED and (now < item[6] or now >= item[7]))
    or (item[2] == ROLLING and math.floor(now / item[7]) ~= item[6]) then
    return { 'window', now }
  end
  names[at] = item[1]
end
local found = #names > 0 and redis.call('HMGET', hash, unpack(names)) or {}
local states, levels, befores = {}, {}, {}
for at, item in ipairs(items) do
  local state = read(item[1], found[at])
  states[at] = state
  local before = used(state, item[2], item[6], item[7])
  local level = before + state.r
  local after = level + item[4] + item[5]
  if item[3] >= 0 and after > item[3] then
    if item[2] == ROLLING then
      save(state)
    end
    for earlier = 1, at - 1 do
      if items[earlier][2] == ROLLING then
        save(states[earlier])
      end
    end
    return { 'refused', now, at - 1, level, before }
  end
  levels[at], befores[at] = text(after), text(before)
end
local values, kept = {}, ARGV[6]
for at, item in ipairs(items) do
  local state = states[at]
  state.r = state.r + item[4]
  use(state, item[2], item[5], item[6])
  values[at * 2 - 1], values[at * 2] = item[1], packed(state)
end
local known = redis.call('HGET', hash, 'R:' .. id)
if known then
  kept = string.sub(known, 1, -2) .. ',' .. string.sub(kept, 2)
else
  redis.call('HINCRBY', hash, 'n', 1)
end
values[#values + 1] = 'R:' .. id
values[#values + 1] = kept
redis.call('HSET', hash, unpack(values))
redis.call('ZADD', leases, text(now + lease), id)
-- One string: a client reads a list of numbers one by one.
return { 'granted', now, '[[' .. table.concat(levels, ',') .. '],[' .. table.concat(befores, ',') .. ']]' }

-- script settle: settlements [[id, ended, generation, [[counter, law, actual, charge, start, end], ...]], ...], and of how
-- many fields on the empty ones are dropped
local settlements, wanted = cjson.decode(ARGV[1]), { 'g', 't' }
for at, each in ipairs(settlements) do
  wanted[at + 2] = 'R:' .. each[1]
end
local heads = redis.call('HMGET', hash, unpack(wanted))
local generation, since = heads[1], tonumber(heads[2]) or 0
if not generation then
  return { 'generation' }
end
-- All counters of the batch are read with one call, and written with one.
local states, names, opened = {}, {}, {}
local function need(name)
  if states[name] == nil then
    states[name] = false
    names[#names + 1] = name
  end
end
for at, each in ipairs(settlements) do
  local held = heads[at + 2]
  if held and opened[each[1]] == nil then
    held = cjson.decode(held)
    opened[each[1]] = held
    for _, item in ipairs(held) do
      need(item[1])
    end
  end
  for _, item in ipairs(each[4]) do
    need(item[1])
  end
end
for first = 1, #names, 1000 do
  local last = math.min(first + 999, #names)
  local found = redis.call('HMGET', hash, unpack(names, first, last))
  for at = first, last do
    states[names[at]] = read(names[at], found[at - first + 1])
  end
end
local counted_now, fields, ids = 0, {}, {}
for _, each in ipairs(settlements) do
  local id, ended, under, spent = each[1], each[2], each[3], each[4]
  local held, before, counts = opened[id], {}, true
  if held then
    for _, item in ipairs(held) do
      local state = states[item[1]]
      used(state, item[2], item[4])
      release(state, item[2], item[3], item[4])
    end
    -- Another one of that name finds nothing open any more.
    opened[id] = false
    fields[#fields + 1], ids[#ids + 1] = 'R:' .. id, id
  else
    local late = redis.call('GET', prefix .. ':late:' .. id)
    if late then
      before = cjson.decode(late)
      redis.call('DEL', prefix .. ':late:' .. id)
    elseif under == generation then
      counts = false
      if ended == 0 then
        -- Nobody waits for that reservation any more, and it may still be on its way here.
        redis.call('SET', prefix .. ':gone:' .. id, '1', 'PX', DAY_MS)
      end
    else
      counts = ended > since and redis.call('SET', prefix .. ':done:' .. id, '1', 'NX', 'PX', DAY_MS) and true or false
      for _, item in ipairs(spent) do
        before[item[1]] = -item[4]
      end
    end
  end
  if counts then
    counted_now = counted_now + 1
    for _, item in ipairs(spent) do
      local state = states[item[1]]
      used(state, item[2], item[5], item[6])
      local counted = tonumber(before[item[1]]) or 0
      use(state, item[2], item[3] - item[4] - counted, item[5], counted ~= 0)
    end
  end
end
if #ids > 0 then
  redis.call('HDEL', hash, unpack(fields))
  redis.call('ZREM', leases, unpack(ids))
  redis.call('HINCRBY', hash, 'n', -#ids)
end
for first = 1, #names, 1000 do
  local values = {}
  for at = first, math.min(first + 999, #names) do
    values[#values + 1], values[#values + 2] = names[at], packed(states[names[at]])
  end
  redis.call('HSET', hash, unpack(values))
end
sweep(tonumber(ARGV[2]))
return { 'settled', counted_now }

-- script renew: lease (us), then ids
local until_then = text(now + tonumber(ARGV[1]))
for at = 2, #ARGV do
  redis.call('ZADD', leases, 'XX', until_then, ARGV[at])
end
return { 'renewed' }

-- script read: generation, lost, items
if not whole(ARGV[1]) then
  return { 'generation' }
end
reap(ARGV[2])
local reply = { 'levels', now }
for _, item in ipairs(cjson.decode(ARGV[3])) do
  local state = load(item[1])
  local found = used(state, item[2], item[6])
  if item[2] == ROLLING then
    save(state)
  end
  reply[#reply + 1] = found
  reply[#reply + 1] = state.r
end
return reply

-- script empty: who makes it anew, how long its lock holds (ms)
if not making(ARGV[1], ARGV[2]) then
  return { 'taken' }
end
redis.call('DEL', hash, leases)
return { 'emptied' }

-- script restore: who, how long, spent [[counter, law, actual, charge, start, end], ...], counted into what is made anew
if not making(ARGV[1], ARGV[2]) then
  return { 'taken' }
end
for _, item in ipairs(cjson.decode(ARGV[3])) do
  local state = load(item[1])
  used(state, item[2], item[5], item[6])
  use(state, item[2], item[3], item[5])
  save(state)
end
return { 'restored' }

-- script begin: who, how long, generation, the time (us) up to which the ledger was counted
if not making(ARGV[1], ARGV[2]) then
  return { 'taken' }
end
redis.call('HSET', hash, 'g', ARGV[3], 't', ARGV[4], 'n', '0')
return { 'begun', now }

-- script unlock: who made it
if redis.call('GET', lock) == ARGV[1] then
  redis.call('DEL', lock)
end
return { 'unlocked' }
