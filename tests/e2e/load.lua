-- 64 clients that each think for a moment; every 200th request of a thread takes two seconds.
local asked = 0

request = function()
  asked = asked + 1
  return wrk.format("GET", asked % 200 == 0 and "/slow?s=2" or "/healthz")
end

delay = function()
  return math.random(0, 150)
end

done = function(summary, latency)
  local errors = summary.errors
  io.write(string.format(
    '\n{"requests": %d, "failed": %d, "p99_ms": %.1f, "longest_ms": %.1f}\n',
    summary.requests,
    errors.connect + errors.read + errors.write + errors.status + errors.timeout,
    latency:percentile(99) / 1000,
    latency.max / 1000
  ))
end
