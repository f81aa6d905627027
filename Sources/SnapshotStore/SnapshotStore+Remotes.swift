/// How two histories of one reference stand to each other, along first parents.
package struct HistoryRelation: Sendable {
  /// Commits that only ours has, newest first.
  package let here: [ObjectName]
  /// Commits that only theirs has, newest first.
  package let there: [ObjectName]
  /// The newest commit that both have; nil where they have none.
  package let base: ObjectName?

  package var isDiverged: Bool { !here.isEmpty && !there.isEmpty }
}

extension SnapshotStore {
  /// The names of all references that begin with `prefix`, sorted.
  package func references(under prefix: String) throws(StoreError) -> [String] {
    do {
      return try references(beginningWith: prefix).map { prefix + $0 }.sorted()
    } catch {
      throw StoreError(.damaged, "the store '\(path)' cannot be read", hint: "check it with `git fsck`", cause: error)
    }
  }

  /// Where references of a cluster stand while nobody records into it; see `notes` for what an earlier writer left.
  ///
  /// A recording moves its observation before its branch: in between, one names what the other does not have.
  package func settledTargets(of references: [String], cluster: String) throws(StoreError) -> [String: ObjectName] {
    let lock = try WriterLock(cluster, in: path)
    defer { withExtendedLifetime(lock) {} }
    if let note = try recover(cluster) { notes.append(note) }
    var targets: [String: ObjectName] = [:]
    for reference in references { targets[reference] = try target(of: reference) }
    return targets
  }

  /// Remembers where a remote's reference stands after a push, as a fetch does.
  package func remember(_ tracking: String, at name: ObjectName) throws(StoreError) {
    try move(tracking, from: target(of: tracking), to: name, why: "push")
  }

  /// Compares two histories; costs as many reads as there are commits on the longer side since their parting.
  ///
  /// - Throws: where a commit on the way is not in the store.
  package func relation(of ours: ObjectName?, to theirs: ObjectName?) throws(StoreError) -> HistoryRelation {
    var ours = Walk(ours)
    var theirs = Walk(theirs)
    while true {
      if let name = ours.next, let place = theirs.places[name] {
        return HistoryRelation(here: ours.names, there: Array(theirs.names[..<place]), base: name)
      }
      if let name = theirs.next, name == ours.next { return HistoryRelation(here: ours.names, there: theirs.names, base: name) }
      try ours.step(self)
      if let name = theirs.next, let place = ours.places[name] {
        return HistoryRelation(here: Array(ours.names[..<place]), there: theirs.names, base: name)
      }
      try theirs.step(self)
      if ours.next == nil && theirs.next == nil {
        return HistoryRelation(here: ours.names, there: theirs.names, base: nil)
      }
    }
  }

  /// The way from a commit back along first parents.
  private struct Walk {
    var names: [ObjectName] = []
    var places: [ObjectName: Int] = [:]
    /// The commit that was not looked at yet.
    var next: ObjectName?

    init(_ start: ObjectName?) { next = start }

    mutating func step(_ store: SnapshotStore) throws(StoreError) {
      guard let name = next else { return }
      places[name] = names.count
      names.append(name)
      next = try store.commit(name).parents.first
    }
  }

  /// Moves references forward to what a remote had, each where it still stands where it was compared, in order.
  ///
  /// - Parameter cluster: whose references they are; nil where they are the whole store's.
  /// - Throws: `.moved` or `.locked` where another writer was faster.
  package func adopt(_ advances: [ReferenceAdvance], cluster: String?, remote: String) throws(StoreError) {
    let lock = try cluster.map { name throws(StoreError) in try WriterLock(name, in: path) }
    defer { withExtendedLifetime(lock) {} }
    for advance in advances where try target(of: advance.reference) != advance.old {
      throw StoreError.moved(advance.reference, nil)
    }
    // Who moves a cluster's references holds its lock, so what is locked now was left by a sync that died.
    if cluster != nil { for advance in advances { removeStaleLock(of: advance.reference) } }
    try upgradeFormat()
    let branches = SnapshotStore.branch("")
    for advance in advances {
      try move(advance.reference, from: advance.old, to: advance.new, why: "sync \(CommitText.oneLine(remote))")
      if advance.reference.hasPrefix(branches) {
        try pointHeadIfUnborn(at: String(advance.reference.dropFirst(branches.count)))
      }
    }
  }
}

/// A reference, and the commits between which it moves.
package struct ReferenceAdvance: Sendable {
  let reference: String
  let old: ObjectName?
  let new: ObjectName

  package init(_ reference: String, from old: ObjectName?, to new: ObjectName) {
    self.reference = reference
    self.old = old
    self.new = new
  }
}
