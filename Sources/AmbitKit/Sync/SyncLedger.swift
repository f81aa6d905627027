internal import SnapshotStore

/// What is known of each reference while a sync runs.
struct SyncLedger {
  private var references: [SharedReference: SyncOutcome.Reference] = [:]
  private(set) var isLastRound = false
  private(set) var words: [String] = []
  var ignored = 0

  /// Whether another writer was faster somewhere in this round.
  var hasOutdated: Bool { references.values.contains { $0.result == .moved } }

  /// The clusters whose history grew here.
  var fetchedClusters: [String] {
    Set(references.filter { $0.value.fetched > 0 }.compactMap(\.key.cluster)).sorted()
  }

  /// Looks at everything again: what was settled stays told, what stood in the way is judged anew.
  mutating func beginRound(isLast: Bool) {
    isLastRound = isLast
    words = []
    for (reference, entry) in references {
      let result: SyncOutcome.Reference.Result = entry.pushed > 0 ? .pushed : entry.fetched > 0 ? .fetched : .upToDate
      update(reference) {
        $0 = SyncOutcome.Reference(reference.name)
        ($0.result, $0.pushed, $0.fetched) = (result, entry.pushed, entry.fetched)
      }
    }
  }

  mutating func see(_ reference: SharedReference) {
    if references[reference] == nil { references[reference] = SyncOutcome.Reference(reference.name) }
  }

  private mutating func update(_ reference: SharedReference, _ change: (inout SyncOutcome.Reference) -> Void) {
    change(&references[reference, default: SyncOutcome.Reference(reference.name)])
  }

  mutating func fetch(_ reference: SharedReference, commits: Int) {
    update(reference) {
      $0.result = .fetched
      $0.fetched += commits
    }
  }

  mutating func push(_ reference: SharedReference, commits: Int) {
    update(reference) {
      $0.result = .pushed
      $0.pushed += commits
    }
  }

  mutating func diverge(_ reference: SharedReference, _ relation: HistoryRelation, tracking: String) {
    update(reference) {
      $0.result = .diverged
      ($0.here, $0.there) = (relation.here.count, relation.there.count)
      $0.base = relation.base?.description
      $0.tracking = tracking
    }
  }

  mutating func refuse(_ reference: SharedReference, _ reason: String, tracking: String? = nil) {
    update(reference) {
      $0.result = .refused
      $0.reason = reason
      $0.tracking = tracking
    }
  }

  mutating func reject(_ reference: SharedReference, _ reason: String) {
    update(reference) {
      $0.result = .rejected
      $0.reason = reason
    }
  }

  mutating func holdBack(_ reference: SharedReference, because other: SharedReference) {
    update(reference) {
      $0.result = .heldBack
      $0.reason = "\(other.name) did not go through"
    }
  }

  /// Another writer was faster; it is looked at again.
  mutating func outdate(_ reference: SharedReference, _ reason: String) {
    update(reference) {
      $0.result = .moved
      $0.reason = reason
    }
  }

  mutating func hear(_ words: [String]) { self.words += words.filter { !self.words.contains($0) } }

  /// The reference that keeps others of its cluster from being pushed: what comes later may name what it holds.
  func obstacle(to reference: SharedReference) -> SharedReference? {
    guard let cluster = reference.cluster else { return nil }
    return references.filter {
      $0.key.cluster == cluster && $0.key < reference && [.diverged, .rejected, .refused, .heldBack, .moved].contains($0.value.result)
    }.keys.min()
  }

  func outcome(remote: String) -> SyncOutcome {
    SyncOutcome(
      remote: remote, references: references.sorted { $0.key < $1.key }.map(\.value), ignored: ignored, words: words)
  }
}
