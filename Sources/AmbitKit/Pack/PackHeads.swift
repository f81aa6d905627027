internal import KubeModel
internal import Registers
package import SnapshotStore

/// The refs that a pack covers, and where they stood at one moment: all that the pack tells is of these.
package struct PackHeads: Sendable, Hashable {
  package struct Head: Sendable, Hashable {
    package let reference: String
    package let commit: ObjectName
  }

  /// Sorted by ref.
  package let heads: [Head]

  init(_ heads: [Head]) { self.heads = heads.sorted { $0.reference.utf8.lexicographicallyPrecedes($1.reference.utf8) } }

  /// How often the refs are read again while something is recorded.
  private static let attempts = 100

  /// Reads the heads of clusters, and of what the whole store has beside them.
  ///
  /// A recording moves an observation before its branch: the refs are read until two readings agree.
  package init(_ ambit: Ambit, clusters: [String]) throws {
    var last = try PackHeads.present(ambit, clusters)
    for _ in 0..<PackHeads.attempts {
      let again = try PackHeads.present(ambit, clusters)
      if again == last {
        self = try last.withoutPacks(in: ambit.store)
        return
      }
      last = again
    }
    throw AmbitError(.locked, "the store is written to without a pause", hint: "run the command again in a while")
  }

  private static func present(_ ambit: Ambit, _ clusters: [String]) throws -> PackHeads {
    let store = ambit.store
    let lines = ["refs/ambit/registers", "refs/notes/ambit"]
      + (try store.references(under: "refs/ambit/reviews/")) + (try store.references(under: "refs/ambit/journal/"))
    // Intended lines are compared with what is applied.
    let intended = try RegisterBook(ambit).inventories().versions(in: 0..<Int64.max).flatMap { version in
      clusters.compactMap { version.content.cluster($0)?.intended }
    }
    var heads: [Head] = []
    for cluster in Set(clusters + intended).sorted() {
      let present = try store.presentHeads(of: cluster)
      heads += present.observation.map { [Head(reference: SnapshotStore.observations(cluster), commit: $0)] } ?? []
      heads += present.state.map { [Head(reference: SnapshotStore.branch(cluster), commit: $0)] } ?? []
    }
    for reference in lines + Set(clusters + intended).sorted().map({ StoreLine.changes(of: $0).reference }) {
      if let commit = try store.target(of: reference) { heads.append(Head(reference: reference, commit: commit)) }
    }
    return PackHeads(heads)
  }

  /// What remotes had of these clusters when they were asked last, a line each.
  static func remotes(of store: SnapshotStore, clusters: [String]) throws -> [String] {
    let prefix = "refs/ambit/remotes/"
    return try store.references(under: prefix).compactMap { reference in
      let parts = reference.dropFirst(prefix.count).split(separator: "/", maxSplits: 1)
      guard parts.count == 2, clusters.contains(where: { parts[1].hasSuffix("/\($0)") }), let commit = try store.target(of: reference)
      else { return nil }
      return "remote \(parts[0]) had refs/\(parts[1]) at \(commit)"
    }
  }

  /// A journal's last entries may tell of packs that were made: they are left out, or no pack could be made twice.
  private func withoutPacks(in store: SnapshotStore) throws -> PackHeads {
    PackHeads(
      try heads.compactMap { head in
        guard StoreLine.journal.holds(head.reference) else { return head }
        var commit: ObjectName? = head.commit
        while let name = commit {
          let record = try store.commit(name)
          guard record.trailer("Ambit-Action") == Journal.Action.packed.rawValue else { break }
          commit = record.parents.first
        }
        return commit.map { Head(reference: head.reference, commit: $0) }
      })
  }

  /// As `git for-each-ref --format='%(objectname) %(refname)'` prints them.
  var lines: [String] { heads.map { "\($0.commit) \($0.reference)" } }

  /// Reads such lines; nil where one is none.
  init?(lines: [String]) {
    var heads: [Head] = []
    for line in lines {
      let parts = line.split(separator: " ", maxSplits: 1).map(String.init)
      guard parts.count == 2, let commit = ObjectName(hex: parts[0]), PackHeads.isCovered(parts[1]) else { return nil }
      heads.append(Head(reference: parts[1], commit: commit))
    }
    self.init(heads)
    guard self.lines == lines, Set(heads.map(\.reference)).count == heads.count else { return nil }
  }

  /// Whether a ref is one that a pack may bring: no other is taken out of a bundle.
  private static func isCovered(_ reference: String) -> Bool {
    let prefixes = [SnapshotStore.branch(""), SnapshotStore.observations("")]
    for prefix in prefixes where reference.hasPrefix(prefix) {
      return (try? ClusterName.validated(String(reference.dropFirst(prefix.count)))) != nil
    }
    return reference == StoreLine.notes.reference || StoreLine.line(of: reference) != nil
  }

  /// The same, and what a clone checks out.
  var bundleLines: [String] {
    let branch = heads.first { $0.reference.hasPrefix(SnapshotStore.branch("")) }
    return lines + (branch.map { ["\($0.commit) HEAD"] } ?? [])
  }
}
