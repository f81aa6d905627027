import Compression
import Foundation
import Testing

@Suite struct GzipInflaterTests {
  /// `printf 'hello\n' | gzip -n`
  static let hello: [UInt8] = [
    0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 3, 0xCB, 0x48, 0xCD, 0xC9, 0xC9, 0xE7, 2, 0, 0x20, 0x30, 0x3A, 0x36, 6, 0, 0, 0,
  ]

  /// Inflates with a piece of input and a room of the given sizes at a time.
  private func inflate(_ input: [UInt8], piece: Int, room: Int) throws -> (text: String, state: GzipInflater.State) {
    let inflater = try GzipInflater()
    var output: [UInt8] = []
    var place = 0
    var state = GzipInflater.State.going
    var buffer = [UInt8](repeating: 0, count: room)
    while state == .going {
      let step = buffer.withUnsafeMutableBytes { buffer in
        input[place..<min(place + piece, input.count)].withUnsafeBytes { inflater.inflate($0, into: buffer) }
      }
      place += step.consumed
      output += buffer.prefix(step.produced)
      state = step.state
      if step.consumed == 0 && step.produced == 0 { break }
    }
    return (String(decoding: output, as: UTF8.self), state)
  }

  @Test(arguments: [(1_000, 1_000), (1, 1_000), (1_000, 1), (1, 1)])
  func `a member is the same in pieces of any size`(_ sizes: (piece: Int, room: Int)) throws {
    let (text, state) = try inflate(GzipInflaterTests.hello, piece: sizes.piece, room: sizes.room)
    #expect(text == "hello\n")
    #expect(state == .memberEnded)
  }

  @Test func `a wrong checksum is damage, and what came before it counts`() throws {
    var bytes = GzipInflaterTests.hello
    bytes[20] ^= 1
    let (text, state) = try inflate(bytes, piece: 1_000, room: 1_000)
    #expect(text == "hello\n")
    #expect(state == .damaged)
  }

  @Test func `a member that is cut short never ends`() throws {
    #expect(try inflate(GzipInflaterTests.hello.dropLast(4), piece: 1_000, room: 1_000).state == .going)
  }

  @Test func `what is no gzip is damage`() throws {
    #expect(try inflate(Array("hello".utf8), piece: 1_000, room: 1_000).state == .damaged)
  }
}
