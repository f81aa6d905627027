internal import FoundationEssentials
internal import GRDB
internal import KubeModel

/// The columns of a row by their place, read so that a value of the wrong type is an error and no crash: the file
/// may have been edited.
struct Columns {
  private let row: Row
  init(_ row: Row) { self.row = row }

  func text(_ index: Int) throws -> String { try row.decode(String.self, atIndex: index) }
  func optionalText(_ index: Int) throws -> String? { try row.decode(String?.self, atIndex: index) }
  func number(_ index: Int) throws -> Int64 { try row.decode(Int64.self, atIndex: index) }
  func optionalNumber(_ index: Int) throws -> Int64? { try row.decode(Int64?.self, atIndex: index) }
  func flag(_ index: Int) throws -> Bool { try row.decode(Bool.self, atIndex: index) }
  func name(_ index: Int) throws -> String { HexName.text(try row.decode(Data.self, atIndex: index)) }
  func optionalName(_ index: Int) throws -> String? {
    try row.decode(Data?.self, atIndex: index).map(HexName.text)
  }

  func bytes(_ index: Int) throws -> Data { try row.decode(Data.self, atIndex: index) }

  func rules(_ index: Int) throws -> RuleChange {
    guard let rules = RuleChange(encoded: try row.decode(Data.self, atIndex: index)) else {
      throw DatabaseError(resultCode: .SQLITE_CORRUPT)
    }
    return rules
  }

  /// Group, resource, namespace and name in four columns from this one on.
  func objectID(_ index: Int) throws -> ObjectID {
    let namespace = try text(index + 2)
    return ObjectID(
      group: try text(index), resource: try text(index + 1), namespace: namespace.isEmpty ? nil : namespace,
      name: try text(index + 3))
  }
}

/// Names of git objects and digests: hexadecimal for callers, bytes in the tables.
enum HexName {
  static func text(_ data: Data) -> String {
    data.withUnsafeBytes { bytes in
      String(unsafeUninitializedCapacity: bytes.count * 2) { buffer in
        for place in bytes.indices {
          buffer[place * 2] = digit(bytes[place] >> 4)
          buffer[place * 2 + 1] = digit(bytes[place] & 15)
        }
        return bytes.count * 2
      }
    }
  }

  private static func digit(_ value: UInt8) -> UInt8 { value < 10 ? 0x30 + value : 0x61 - 10 + value }

  /// The bytes; what is no hexadecimal becomes bytes that no name has.
  static func data(_ text: String) -> Data {
    let bytes = [UInt8](unsafeUninitializedCapacity: text.utf8.count / 2) { buffer, count in
      var high: UInt8?
      for digit in text.utf8 {
        let value: UInt8 =
          switch digit {
          case 0x30...0x39: digit - 0x30
          case 0x61...0x66: digit - 0x61 + 10
          default: 0
          }
        if let first = high {
          buffer[count] = first << 4 | value
          count += 1
          high = nil
        } else {
          high = value
        }
      }
    }
    return Data(bytes)
  }
}
