/// Random numbers that are the same in every run (SplitMix64).
struct SeededNumbers: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var value = state
    value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
    value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
    return value ^ (value >> 31)
  }

  /// The bytes with one to three changes: a byte changed, cut out or put in, a stretch repeated, or the end
  /// cut off. Never the same bytes.
  mutating func damaged(_ bytes: [UInt8]) -> [UInt8] {
    var damaged = bytes
    repeat {
      for _ in 0..<Int.random(in: 1...3, using: &self) where !damaged.isEmpty {
        let place = Int.random(in: 0..<damaged.count, using: &self)
        switch Int.random(in: 0..<7, using: &self) {
        case 0, 1: damaged[place] ^= UInt8.random(in: 1...255, using: &self)
        case 2: damaged.remove(at: place)
        case 3: damaged.insert(UInt8.random(in: 0...255, using: &self), at: place)
        case 4: damaged[place] = [0, 1, 0x7F, 0x80, 0xFF].randomElement(using: &self) ?? 0
        case 5: damaged.insert(contentsOf: damaged[place...].prefix(8), at: place)
        default: damaged.removeLast(min(damaged.count, Int.random(in: 1...8, using: &self)))
        }
      }
    } while damaged == bytes
    return damaged
  }
}
