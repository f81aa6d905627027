/// A small generator of random numbers that gives the same ones for the same seed everywhere.
package struct SplitMix64: RandomNumberGenerator, Sendable {
  private var state: UInt64

  package init(seed: UInt64) { state = seed }

  package mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }

  package mutating func number(_ range: ClosedRange<Int>) -> Int { range.lowerBound + Int(next() % UInt64(range.count)) }

  /// True so many times out of a hundred.
  package mutating func chance(_ percent: Int) -> Bool { number(0...99) < percent }

  package mutating func pick<Element>(_ elements: [Element]) -> Element { elements[number(0...elements.count - 1)] }

  /// Some of the elements, in their order.
  mutating func some<Element>(of elements: [Element], atLeast least: Int = 1) -> [Element] {
    var left = elements
    let count = number(min(least, elements.count)...elements.count)
    while left.count > count { left.remove(at: number(0...left.count - 1)) }
    return left
  }
}
