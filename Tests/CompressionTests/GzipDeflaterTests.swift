import Compression
import Testing

@Suite struct GzipDeflaterTests {
  private func deflate(_ pieces: [[UInt8]]) throws -> [UInt8] {
    let deflater = try GzipDeflater()
    var output: [UInt8] = []
    for (place, piece) in pieces.enumerated() {
      try piece.withUnsafeBytes { try deflater.deflate($0, isLast: place == pieces.count - 1) { output += $0 } }
    }
    return output
  }

  private func inflate(_ input: [UInt8]) throws -> (bytes: [UInt8], state: GzipInflater.State) {
    var room = [UInt8](repeating: 0, count: 1 << 22)
    let inflater = try GzipInflater()
    let step = input.withUnsafeBytes { input in room.withUnsafeMutableBytes { inflater.inflate(input, into: $0) } }
    return (Array(room.prefix(step.produced)), step.state)
  }

  @Test func `what was deflated inflates to the same, in pieces of any size`() throws {
    // Hard to compress, so that more comes out than one buffer holds.
    var state: UInt32 = 1
    let noise = (0..<300_000).map { _ in
      state = state &* 1_664_525 &+ 1_013_904_223
      return UInt8(truncatingIfNeeded: state >> 24)
    }
    for pieces in [[noise], [Array(noise[..<7]), Array(noise[7..<100_000]), Array(noise[100_000...])], [noise, []], [[]]] {
      let (bytes, end) = try inflate(deflate(pieces))
      #expect(bytes == pieces.flatMap(\.self))
      #expect(end == .memberEnded)
    }
  }

  @Test func `neither a name nor a time stands in the header`() throws {
    let first = try deflate([Array("hello\n".utf8)])
    #expect(first.prefix(10) == [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 3])
    #expect(try first == deflate([Array("hel".utf8), Array("lo\n".utf8)]))
  }
}
