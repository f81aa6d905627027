import Attribution
import Foundation
import KubeModel
import TestSupport

/// Reading an API server's audit log, as attribution does: the writes to recorded kinds, with their bodies. Beside it
/// the same with JSONDecoder, and simdjson alone.
enum AuditBenchmark {
  private static let recording = "recorded/audit/audit-main.jsonl"

  static func run() throws {
    guard SharedFolder.has(recording) else {
      print("  passed over: there is no recording \(SharedFolder.url.appending(path: recording).path)")
      return
    }
    let recorded = try Data(contentsOf: SharedFolder.url.appending(path: recording))
    try Scratch.with { folder in
      let large = "\(folder)/large.log"
      try write(recorded, upTo: 1 << 30, to: large)
      _ = try read(large, runs: 1)
      print("    \(Measurement.peakMemory) MB of memory at most, the recording among it")
      try FileManager.default.removeItem(atPath: large)

      let log = "\(folder)/audit.log"
      try write(recorded, upTo: 300 << 20, to: log)
      let ours = try read(log, runs: 5)
      let tape = parse(recorded, times: (300 << 20) / recorded.count)
      print("    share of simdjson's speed: \(Int((ours.cost / tape * 100).rounded(.toNearestOrEven))) %")
      let peer = try decode(recorded, times: 4)
      print("  \((ours.cost / peer * 100).rounded() / 100) times as fast as with JSONDecoder")
    }
  }

  /// Repeats the recording as often as it fits.
  private static func write(_ recorded: Data, upTo size: Int, to path: String) throws {
    try Data().write(to: URL(filePath: path))
    let file = try FileHandle(forWritingTo: URL(filePath: path))
    defer { try? file.close() }
    for _ in 0..<size / recorded.count { try file.write(contentsOf: recorded) }
  }

  private static let resources = Set(ResourceCatalog.all.map(GroupResource.init))

  /// Megabytes a second, by time of the processor.
  private static func speed(_ bytes: Int, _ cost: Measurement) -> Double { Double(bytes) / 1e6 / cost.cpu }

  private static func read(_ path: String, runs: Int) throws -> (cost: Double, used: Int) {
    let bytes = try FileManager.default.attributesOfItem(atPath: path)[.size] as? Int ?? 0
    var used = 0
    let cost = try Measurement.fastest(of: runs) {
      let ledger = try AuditLogReader(sources: [path], wants: .writes(to: resources)).read { _ in }
      used = ledger.used
    }
    let speed = speed(bytes, cost)
    cost.print("\(bytes >> 20) MiB, \(used) events wanted: \(Int(speed)) MB/s")
    return (speed, used)
  }

  /// Parses each line and looks at nothing.
  private static func parse(_ recorded: Data, times: Int) -> Double {
    let bytes = Array(recorded)
    var lines: [Range<Int>] = []
    var start = 0
    for (place, byte) in bytes.enumerated() where byte == 0x0A {
      lines.append(start..<place)
      start = place + 1
    }
    var parsed = 0
    let cost = Measurement.fastest(of: 3) {
      guard let document = try? JSONDocument() else { return }
      bytes.withUnsafeBufferPointer { buffer in
        for _ in 0..<times {
          for line in lines where document.read(UnsafeBufferPointer(rebasing: buffer[line])) != nil { parsed += 1 }
        }
      }
    }
    let speed = speed(bytes.count * times, cost)
    cost.print("simdjson alone, \(parsed / 3) lines: \(Int(speed)) MB/s")
    return speed
  }

  private static func decode(_ recorded: Data, times: Int) throws -> Double {
    let lines = recorded.split(separator: 0x0A)
    let decoder = JSONDecoder()
    var used = 0
    let cost = try Measurement.of {
      for _ in 0..<times {
        for line in lines {
          let head = try decoder.decode(EventHead.self, from: line)
          guard AuditWants.writeVerbs.contains(head.verb), let object = head.objectRef,
            resources.contains(GroupResource(group: object.apiGroup ?? "", resource: object.resource))
          else { continue }
          let event = try decoder.decode(DecodedEvent.self, from: line)
          if event.auditID != "" { used += 1 }
        }
      }
    }
    let speed = speed(recorded.count * times, cost)
    cost.print("JSONDecoder, \(used / times) events wanted in each of \(times): \(Int(speed)) MB/s")
    return speed
  }
}

/// What decides whether an event is wanted.
private struct EventHead: Decodable {
  struct Object: Decodable {
    let resource: String
    let apiGroup: String?
  }

  let verb: String
  let objectRef: Object?
}

/// The same fields as `AuditEvent` has.
private struct DecodedEvent: Decodable {
  struct User: Decodable {
    let username: String?
    let uid: String?
    let groups: [String]?
    let extra: [String: [String]]?
  }

  struct Object: Decodable {
    let resource: String?
    let namespace: String?
    let name: String?
    let uid: String?
    let apiGroup: String?
    let apiVersion: String?
    let resourceVersion: String?
    let subresource: String?
  }

  struct Details: Decodable {
    let name: String?
    let uid: String?
  }

  struct Response: Decodable {
    let code: Int?
    let status: String?
    let reason: String?
    let message: String?
    let details: Details?
  }

  let auditID: String
  let level: String
  let stage: String
  let requestURI: String
  let verb: String
  let user: User
  let impersonatedUser: User?
  let sourceIPs: [String]?
  let userAgent: String?
  let objectRef: Object?
  let responseStatus: Response?
  let requestObject: AnyJSON?
  let responseObject: AnyJSON?
  let requestReceivedTimestamp: String
  let stageTimestamp: String
  let annotations: [String: String]?
}

/// A body, as a value of any shape.
private enum AnyJSON: Decodable {
  case null
  case bool(Bool)
  case int(Int64)
  case double(Double)
  case string(String)
  case list([AnyJSON])
  case map([String: AnyJSON])

  init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if container.decodeNil() {
      self = .null
    } else if let value = try? container.decode(Bool.self) {
      self = .bool(value)
    } else if let value = try? container.decode(Int64.self) {
      self = .int(value)
    } else if let value = try? container.decode(Double.self) {
      self = .double(value)
    } else if let value = try? container.decode(String.self) {
      self = .string(value)
    } else if let value = try? container.decode([AnyJSON].self) {
      self = .list(value)
    } else {
      self = .map(try container.decode([String: AnyJSON].self))
    }
  }
}
