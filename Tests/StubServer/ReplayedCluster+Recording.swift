package import Foundation

extension ReplayedCluster {
  /// The cluster of a recording: lists before and after, and the watches between them, in a folder each.
  ///
  /// Of kinds that were not watched, what differs between the two lists is what happened.
  package convenience init(recording folder: URL, faults: @escaping Faults = { _, _ in nil }) throws {
    let before = folder.appending(path: "snapshot-before")
    let after = folder.appending(path: "snapshot-after")
    let index = try ReplayedCluster.json(before.appending(path: "index.json"))
    var kinds: [String: Kind] = [:]
    var revision = 0
    for (name, entry) in index["lists"] as? [String: [String: Any]] ?? [:] {
      guard let path = entry["path"] as? String else { continue }
      let list = try ReplayedCluster.json(before.appending(path: "\(name).json"))
      revision = max(revision, Int(entry["resourceVersion"] as? String ?? "") ?? 0)
      let stream = folder.appending(path: "watch/\(name).jsonl")
      let old = try ReplayedCluster.items(list)
      kinds[path] = try Kind(
        kind: String((list["kind"] as? String ?? "").dropLast("List".count)), apiVersion: list["apiVersion"] as? String ?? "",
        objects: old.map(\.value),
        events: FileManager.default.fileExists(atPath: stream.path)
          ? ReplayedCluster.events(stream)
          : ReplayedCluster.differences(old, ReplayedCluster.json(after.appending(path: "\(name).json"))))
    }
    self.init(kinds, revision: revision, faults: faults)
  }

  private static func json(_ file: URL) throws -> [String: Any] {
    try JSONSerialization.jsonObject(with: Data(contentsOf: file)) as? [String: Any] ?? [:]
  }

  private static func text(_ object: Any) throws -> String {
    String(
      decoding: try JSONSerialization.data(withJSONObject: object, options: [.sortedKeys, .withoutEscapingSlashes]), as: UTF8.self)
  }

  /// The items of a list by namespace and name.
  private static func items(_ list: [String: Any]) throws -> [(key: String, value: String)] {
    try (list["items"] as? [[String: Any]] ?? []).map { item in
      let metadata = item["metadata"] as? [String: Any]
      return ("\(metadata?["namespace"] ?? "")/\(metadata?["name"] ?? "")", try text(item))
    }
  }

  private static func events(_ stream: URL) throws -> [Event] {
    try String(contentsOf: stream, encoding: .utf8).split(separator: "\n").compactMap { line in
      guard let event = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any],
        let type = event["type"] as? String, type != "BOOKMARK", let object = event["object"]
      else { return nil }
      return try Event(type, text(object))
    }
  }

  private static func differences(_ old: [(key: String, value: String)], _ after: [String: Any]) throws -> [Event] {
    let new = try items(after)
    let (oldByKey, newByKey) = (
      Dictionary(old, uniquingKeysWith: { $1 }), Dictionary(new, uniquingKeysWith: { $1 })
    )
    let last = Int((after["metadata"] as? [String: Any])?["resourceVersion"] as? String ?? "") ?? 0
    return try new.filter { oldByKey[$0.key] != $0.value }
      .map { try Event(oldByKey[$0.key] == nil ? "ADDED" : "MODIFIED", $0.value) }
      + old.filter { newByKey[$0.key] == nil }.map { try Event("DELETED", text(version($0.value, last))) }
  }

  /// An object in a later version: a server gives one that is deleted the version of that.
  private static func version(_ object: String, _ revision: Int) throws -> [String: Any] {
    var object = try JSONSerialization.jsonObject(with: Data(object.utf8)) as? [String: Any] ?? [:]
    var metadata = object["metadata"] as? [String: Any]
    metadata?["resourceVersion"] = String(revision)
    object["metadata"] = metadata
    return object
  }
}
