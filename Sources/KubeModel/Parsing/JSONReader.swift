internal import CSimdJSON

/// Reads JSON into values, at the speed of simdjson.
public enum JSONReader {
  /// Documents nested deeper than this are refused.
  public static let deepest = 200

  /// Reads one document.
  ///
  /// Duplicate keys are refused, since readers differ on which of them counts.
  /// - Throws: what is wrong, with the line; the place is found by a second, slow reading.
  public static func value(_ bytes: [UInt8]) throws(KubeModelError) -> Value {
    guard let parser = ambit_json_create() else {
      throw KubeModelError(.tooLarge, "not enough memory for \(bytes.count) bytes of JSON")
    }
    defer { ambit_json_free(parser) }
    let input = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? Array(bytes.dropFirst(3)) : bytes
    let code = input.withUnsafeBufferPointer { buffer -> Int32 in
      guard let base = buffer.baseAddress else { return -1 }
      return ambit_json_parse(parser, base, buffer.count, deepest)
    }
    guard code == 0 else {
      if let fault = JSONFault.first(in: input) { throw fault }
      let reason = code < 0 ? "the input is empty" : String(cString: ambit_json_message(code))
      throw KubeModelError(.syntax, "not valid JSON: \(reason)")
    }
    var walker = TapeWalker(
      tape: ambit_json_tape(parser), strings: ambit_json_strings(parser), position: 1)
    do {
      return try walker.value()
    } catch {
      // The tape has no places; the slow reading names the line.
      throw JSONFault.first(in: input) ?? error
    }
  }

  /// Walks simdjson's tape, whose entries are a type in the top byte and a payload below it.
  private struct TapeWalker {
    let tape: UnsafePointer<UInt64>
    let strings: UnsafePointer<UInt8>
    var position: Int

    mutating func value() throws(KubeModelError) -> Value {
      let entry = tape[position]
      position += 1
      switch UInt8(entry >> 56) {
      case UInt8(ascii: "{"): return try map()
      case UInt8(ascii: "["): return try list()
      case UInt8(ascii: "\""): return .string(string(entry))
      case UInt8(ascii: "l"):
        defer { position += 1 }
        return .int(Int64(bitPattern: tape[position]))
      case UInt8(ascii: "u"):
        throw KubeModelError(.numberOutOfRange, "\(tape[position]) is no 64-bit signed integer")
      case UInt8(ascii: "d"):
        defer { position += 1 }
        return .double(Double(bitPattern: tape[position]))
      case UInt8(ascii: "t"): return .bool(true)
      case UInt8(ascii: "f"): return .bool(false)
      default: return .null
      }
    }

    private mutating func map() throws(KubeModelError) -> Value {
      var pairs: [(String, Value)] = []
      while UInt8(tape[position] >> 56) != UInt8(ascii: "}") {
        let key = string(tape[position])
        position += 1
        pairs.append((key, try value()))
      }
      position += 1
      let mapping = Mapping(pairs)
      guard mapping.count == pairs.count else {
        throw KubeModelError(.duplicateKey, "a key is given twice in one object")
      }
      return .map(mapping)
    }

    private mutating func list() throws(KubeModelError) -> Value {
      var elements: [Value] = []
      while UInt8(tape[position] >> 56) != UInt8(ascii: "]") { elements.append(try value()) }
      position += 1
      return .list(elements)
    }

    private func string(_ entry: UInt64) -> String {
      let start = strings + Int(entry & 0x00FF_FFFF_FFFF_FFFF)
      var length: UInt32 = 0
      for index in 0..<4 { length |= UInt32(start[index]) << (8 * UInt32(index)) }
      return String(decoding: UnsafeBufferPointer(start: start + 4, count: Int(length)), as: UTF8.self)
    }
  }
}
