import AmbitKit
import ClusterReader
import KubeModel
import SnapshotStore

/// What an import did, and what of the repository is no plain manifest.
enum ImportOutput {
  static func output(_ outcome: RepositoryImporter.Outcome, from repository: String, into cluster: String) -> Output {
    let text =
      outcome.commits == 0
      ? "'\(cluster)' is up to date with '\(repository)', commit \(outcome.last.short)"
      : "Imported \(outcome.commits) commits of '\(repository)' into '\(cluster)', up to \(outcome.last.short); "
        + "\(outcome.snapshots) changed the state"
    var map = Mapping([
      ("cluster", .string(cluster)), ("repository", .string(repository)), ("commits", .int(Int64(outcome.commits))),
      ("snapshots", .int(Int64(outcome.snapshots))), ("last", .string(outcome.last.description)),
      ("shallow", .bool(outcome.isShallow)), ("unreadCommits", .int(Int64(outcome.unreadCommits))),
      ("otherFiles", .int(Int64(outcome.passedOver))),
    ])
    map["notManifests"] = outcome.remainders.map { remainders in
      .list(
        remainders.prefix(RepositoryImporter.mostNamed).map {
          ["path": .string($0.path), "why": .string(word($0.kind)), "reason": .string($0.reason)]
        })
    }
    map["notManifestsCount"] = outcome.remainders.map { .int(Int64($0.count)) }
    return Output(text: HiddenText.escaped(text), kind: "Import", value: .map(map))
  }

  private static func word(_ kind: ManifestTree.Remainder.Kind) -> String {
    switch kind {
    case .notKubernetes: "not-kubernetes"
    case .notRendered: "not-rendered"
    case .unread: "unread"
    }
  }

  /// What the operator should know, a line each.
  static func notes(_ outcome: RepositoryImporter.Outcome) -> [String] {
    var notes: [String] = []
    if outcome.isShallow { notes.append("Warning: the repository is a shallow clone; what came before is not there to import") }
    if let first = outcome.unread.first {
      notes.append(
        "Warning: in \(outcome.unreadCommits) commits a file did not read, and its objects were kept as they were; first \(first.commit.short), \(first.remainder.path): \(first.remainder.reason)")
    }
    let remainders = outcome.remainders ?? []
    if !remainders.isEmpty {
      let named = remainders.prefix(RepositoryImporter.mostNamed).map { "  \($0.path): \($0.reason)" }
      let more = remainders.count > named.count ? ["  and \(remainders.count - named.count) more"] : []
      notes.append("Note: files that are no plain manifests: \(remainders.count)")
      notes += named + more
    }
    if outcome.passedOver > 0 { notes.append("Note: \(outcome.passedOver) hidden files and files of other endings were not looked at") }
    return notes
  }
}
