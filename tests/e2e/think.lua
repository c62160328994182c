-- Clients that each think for a moment, so that several targets can be asked at once.
delay = function()
  return math.random(0, 300)
end
