internal import HistoryIndex
internal import KubeModel
internal import Reachability

/// What is told of one snapshot to whom it may concern.
struct ChangeNotice {
  /// A notice names this many changes and connections at most.
  private static let longest = 200

  let cluster: String
  let commit: String
  let changes: [HistoryEntry]
  let flags: [String]
  /// Connections that opened; nil where it is not known.
  var opened: [ConnectionDiff.Change]?

  /// Whether some change has no person behind it that is known: field managers are tools that name themselves.
  private var isUnattributed: Bool {
    changes.contains { [.managedFields, .unknown].contains($0.change.actor.source) }
  }

  var json: String {
    var map = Mapping([
      ("schemaVersion", 1), ("kind", "ChangeNotice"), ("cluster", .string(cluster)), ("commit", .string(commit)),
      ("changeCount", .int(Int64(changes.count))),
      ("changes", .list(changes.prefix(ChangeNotice.longest).map(ChangeNotice.value))),
      ("unattributed", .bool(isUnattributed)), ("flags", .list(flags.map(Value.string))),
    ])
    map["seen"] = changes.first.map { .string(Moment(milliseconds: $0.snapshot.capturedTo).text) }
    map["exposing"] = opened.map { .bool(!$0.isEmpty) } ?? .null
    if let opened {
      map["openedCount"] = .int(Int64(opened.count))
      map["opened"] = .list(
        opened.prefix(ChangeNotice.longest).map { change in
          [
            "source": .string(change.source), "destination": .string(change.destination),
            "connections": .string(change.new.subtracting(change.old).connectionText),
          ]
        })
    }
    return JSONWriter.string(of: .map(map))
  }

  private static func value(_ entry: HistoryEntry) -> Value {
    let change = entry.change
    var map = Mapping([
      ("object", .string(change.id.title)), ("step", .string(change.step.rawValue)),
      ("actorSource", .string(change.actor.source.rawValue)), ("summary", .string(change.summary)),
      ("unattributed", .bool([.managedFields, .unknown].contains(change.actor.source))),
    ])
    map["actor"] = change.actor.name.map(Value.string)
    map["cause"] = change.cause.map(Value.string)
    return .map(map)
  }
}

extension ChangeNotice {
  /// A recording makes a commit for each change that an audit log tells; it has no more of them than this at once.
  private static let mostCommits = 10_000

  /// The notice about what was recorded since a snapshot up to a later one, newest first, without the connections.
  init(since previous: String, of commit: String, in history: ClusterHistory, flags: [String]) throws {
    var changes: [HistoryEntry] = []
    var next: String? = commit
    for _ in 0..<ChangeNotice.mostCommits {
      guard let name = next, name != previous else { break }
      let point = try history.point(name)
      changes += try history.changes(at: point)
      next = point.snapshot.parent
    }
    self.init(cluster: history.cluster, commit: commit, changes: changes, flags: flags)
  }

  /// Connections that a snapshot opened, as its state's own rules have it.
  ///
  /// Costs an evaluation of both states: seconds in a large cluster.
  static func opened(from previous: String, to commit: String, in history: ClusterHistory) throws -> [ConnectionDiff.Change] {
    let old = try history.state(at: history.point(previous))
    let new = try history.state(at: history.point(commit))
    return ConnectionDiff(old, new, Semantics(Semantics.Profile(of: new))).changes
      .filter { !$0.old.isSuperset(of: $0.new) }
  }
}
