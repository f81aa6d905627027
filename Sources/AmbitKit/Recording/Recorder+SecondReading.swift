package import ClusterReader
internal import HistoryIndex
internal import KubeModel

extension Recorder {
  /// What became of the doubts about a reading.
  package enum SecondReading: Sendable {
    /// None was taken and one can be: a reading in doubt is not recorded, and `DoubtedReading` is thrown.
    case possible
    /// A second reading showed the same.
    case taken
    /// There is nothing to read again, as with files.
    case impossible
  }

  /// A reading with the time and the circumstances that it is recorded with.
  package struct Attempt: Sendable {
    package var reading: Reading
    package var options: Options

    package init(_ reading: Reading, _ options: Options) {
      self.reading = reading
      self.options = options
    }

    /// The same with notes on earlier readings that it takes the place of.
    fileprivate func noting(_ doubts: [ReadingDoubt]) -> Attempt {
      var attempt = self
      attempt.reading.notes += doubts.map {
        "a reading was not believed (\($0.message)); one on a new connection is recorded"
      }
      return attempt
    }
  }

  // MARK: Live readings

  /// Records a live reading, which is taken again where it is in doubt.
  ///
  /// What a second reading shows as well is recorded and flagged, so that a true deletion is never withheld. Where
  /// the two disagree and doubts remain, a third one decides; what it does not settle counts as unread.
  ///
  /// - Parameter again: reads all of it once more, on a connection of its own and taking no object for known.
  /// - Returns: the outcome, and the reading that was recorded.
  package func record(
    _ first: Attempt, cluster: String, again: ([ReadingDoubt]) async throws -> Attempt
  ) async throws -> (outcome: Outcome, reading: Reading) {
    let doubts: [ReadingDoubt]
    switch try trial(first, cluster) {
    case .recorded(let outcome): return (outcome, first.reading)
    case .doubted(let found): doubts = found
    }
    let second: Attempt
    do {
      second = try await again(doubts)
    } catch let error as any DescribedError where !doubts.contains(where: \.isAboutState) {
      return try record(first, as: .impossible, cluster, withholding: doubts) {
        "in doubt: \($0), and a second reading failed: \(error.message)"
      }
    }
    let remaining: [ReadingDoubt]
    switch try trial(second.noting(doubts), cluster) {
    case .recorded(let outcome): return (outcome, second.noting(doubts).reading)
    case .doubted(let found): remaining = found
    }
    // What the second reading has again and the first had no longer contradicts the first.
    let isConfirmed = remaining.allSatisfy { later in
      doubts.contains { $0.concerns(later) && $0.missing.isSubset(of: later.missing) }
    }
    if isConfirmed {
      let dispelled = doubts.filter { doubt in !remaining.contains { $0.concerns(doubt) } }
      return try record(second.noting(dispelled), as: .taken, cluster)
    }
    let third = try await again(remaining)
    let all = doubts + remaining
    switch try trial(third.noting(all), cluster) {
    case .recorded(let outcome): return (outcome, third.noting(all).reading)
    case .doubted(let found): return try settle(third, found, after: remaining, all, cluster)
    }
  }

  /// Records a third reading: doubts that it shares with the second are confirmed, others leave their kind unread.
  private func settle(
    _ third: Attempt, _ doubts: [ReadingDoubt], after second: [ReadingDoubt], _ earlier: [ReadingDoubt], _ cluster: String
  ) throws -> (outcome: Outcome, reading: Reading) {
    let confirmed = doubts.filter { later in
      second.contains { $0.concerns(later) && $0.missing == later.missing }
    }
    let unsettled = doubts.filter { !confirmed.contains($0) }
    if let doubt = unsettled.first(where: \.isAboutState) {
      throw AmbitError(
        .unreachable, "the API server answers now from one state and now from another: \(doubt.message)",
        hint: "ask who runs the servers and the proxies behind the address, and run the command again")
    }
    let dispelled = earlier.filter { doubt in
      !confirmed.contains { $0.concerns(doubt) && $0.missing == doubt.missing }
    }
    return try record(third.noting(dispelled), as: .taken, cluster, withholding: unsettled) {
      "in doubt: \($0), and no two readings agree"
    }
  }

  /// A reading was not recorded because a second one can be taken.
  struct DoubtedReading: Error {
    let doubts: [ReadingDoubt]
  }

  private enum Trial {
    case recorded(Outcome)
    case doubted([ReadingDoubt])
  }

  /// Records a reading only where nothing is in doubt.
  private func trial(_ attempt: Attempt, _ cluster: String) throws -> Trial {
    do {
      return .recorded(try record(attempt, as: .possible, cluster).outcome)
    } catch let doubted as DoubtedReading {
      return .doubted(doubted.doubts)
    }
  }

  /// Records a reading with the kinds of `doubts` as unread, for the reason that `reason` makes of their messages.
  private func record(
    _ attempt: Attempt, as secondReading: SecondReading, _ cluster: String, withholding doubts: [ReadingDoubt] = [],
    _ reason: (String) -> String = { $0 }
  ) throws -> (outcome: Outcome, reading: Reading) {
    var reading = attempt.reading
    for doubt in doubts { reading.withhold(doubt.kind, reason: reason(doubt.message)) }
    var options = attempt.options
    options.secondReading = secondReading
    return (try record(reading, cluster: cluster, options), reading)
  }

  // MARK: Files

  /// Records a reading of files, which cannot ask again; where they are of an older state, no object is taken for
  /// known by its version.
  ///
  /// - Parameter withoutKnown: reads the same files, every object of them.
  package func record(
    files first: Attempt, cluster: String, withoutKnown: () throws -> Reading
  ) throws -> (outcome: Outcome, reading: Reading) {
    var attempt = first
    switch try trial(first, cluster) {
    case .recorded(let outcome): return (outcome, first.reading)
    case .doubted(let doubts): if doubts.contains(where: \.isAboutState) { attempt.reading = try withoutKnown() }
    }
    return try record(attempt, as: .impossible, cluster)
  }

  // MARK: Flags

  /// The doubts about a reading as texts to flag it with; throws `DoubtedReading` where it can be taken again.
  ///
  /// - Parameters:
  ///   - previous: the cluster that is recorded. Another one, which the operator accepted, is not compared with it.
  ///   - last: the last reading that did not fail.
  func flags(
    _ reading: Reading, _ previous: ClusterFacts?, deleted: [ObjectID], recorded: @autoclosure () -> [ObjectID],
    read: @autoclosure () -> [ObjectID], last: IndexedObservation?, _ options: Options
  ) throws -> [String] {
    var doubts: [ReadingDoubt] = []
    if previous?.uid == nil || reading.facts.uid == nil || previous?.uid == reading.facts.uid {
      doubts = ReadingComparison(reading: reading, last: last, believedLoss: options.believedLoss)
        .doubts(deleted: deleted, recorded: recorded(), read: read())
    }
    var flags = [options.clockFlag].compactMap(\.self)
    if let last, options.capturedTo.milliseconds < last.capturedTo {
      flags.append(
        "the clock went back: it says \(options.capturedTo.text), and the last reading was said to be of \(Moment(milliseconds: last.capturedTo).text)"
      )
    }
    switch options.secondReading {
    case .possible:
      guard doubts.isEmpty else { throw DoubtedReading(doubts: doubts) }
    case .taken:
      flags += doubts.map { "\($0.message); a second reading on a new connection confirmed it" }
    case .impossible:
      flags += doubts.map { "\($0.message); files cannot be asked a second time" }
    }
    return flags
  }
}

extension Reading {
  /// Takes a kind for unread, so that nothing of it is taken for gone.
  fileprivate mutating func withhold(_ kind: String, reason: String) {
    // Workloads of other controllers than the catalogue's are told by their pods.
    let name = coverage.contains { $0.qualifiedName == kind } ? kind : "pods"
    coverage = coverage.map { known in
      guard known.qualifiedName == name else { return known }
      return KindCoverage(
        group: known.group, resource: known.resource, namespace: known.namespace, status: .unread(reason: reason),
        objectCount: known.objectCount, resourceVersion: known.resourceVersion)
    }
    isIntact = false
  }
}
