internal import FoundationEssentials

#if canImport(Glibc)
  internal import Glibc
#else
  internal import Darwin
#endif

extension SnapshotStore {
  /// Whether a recording of a cluster was interrupted, and the next one will finish or undo it.
  package func hasInterruptedRecording(_ cluster: String) -> Bool {
    !folder.unreleased(cluster).isEmpty && !WriterLock.isHeld(cluster, in: path)
  }

  /// Finishes or undoes what a writer of this cluster had begun when it died. Call it under the writer's lock.
  ///
  /// Where a ref had moved already, the recording is finished; where none had, it is undone, for nothing of it was
  /// told to anyone.
  ///
  /// - Returns: one line on what was found; nil where there was nothing.
  func recover(_ cluster: String) throws(StoreError) -> String? {
    var found: [String] = []
    for (name, intent) in folder.unreleased(cluster) { found.append(try recover(name, intent)) }
    if folder.removeIncoming(cluster), found.isEmpty {
      found.append("nothing of it is in the history, and what it left was removed")
    }
    guard !found.isEmpty else { return nil }
    return "an earlier recording of '\(cluster)' was interrupted; \(found.joined(separator: "; "))"
  }

  /// Where the history stands for a reader.
  ///
  /// The observation of a recording moves before the branch does: the state that it names is in force already, also
  /// where the writer died in between and the next one has yet to finish it.
  package func presentHeads(of cluster: String) throws(StoreError) -> HistoryHeads {
    let branch = SnapshotStore.branch(cluster)
    var heads = try heads(of: cluster)
    // Ends when no writer was done between two looks; the bound is for one that never rests.
    for _ in 0..<100 {
      for (_, intent) in folder.unreleased(cluster) where intent.moves.first?.new == heads.observation {
        guard let move = intent.moves.first(where: { $0.reference == branch }), move.old == heads.state else { continue }
        return HistoryHeads(state: move.new, observation: heads.observation)
      }
      let again = try self.heads(of: cluster)
      if again == heads { break }
      heads = again
    }
    return heads
  }

  private func recover(_ name: String, _ intent: RecordingIntent) throws(StoreError) -> String {
    for reference in intent.moves.map(\.reference) + ["HEAD"] { removeStaleLock(of: reference) }
    var isBegun = false
    for move in intent.moves where try reaches(move) { isBegun = true }
    guard isBegun else {
      folder.abandon(name)
      return "nothing of it is in the history"
    }
    var isFinished = true
    for move in intent.moves where try !reaches(move) {
      isFinished = false
      if try target(of: move.reference) == move.old {
        try self.move(move.reference, from: move.old, to: move.new, why: "finish an interrupted recording")
      } else {
        // Someone else moved the ref meanwhile: what was recorded stays, under a name of its own.
        let kept = "refs/ambit/interrupted/\(intent.cluster)/\(move.new.short)"
        try self.move(kept, from: try target(of: kept), to: move.new, why: "keep an interrupted recording")
        folder.release(name)
        return "\(move.reference) was moved by another writer, and what it recorded is kept as \(kept)"
      }
    }
    folder.release(name)
    return isFinished ? "all of it is in the history" : "it was finished"
  }

  /// Whether a ref is where a move leads, or went on from there.
  private func reaches(_ move: RecordingIntent.Move) throws(StoreError) -> Bool {
    guard let target = try target(of: move.reference), target != move.old else { return false }
    if target == move.new { return true }
    // Nothing was recorded since, as every writer looks here first; only what was fetched can be ahead.
    return try history(from: target, after: move.old).contains(move.new)
  }

  /// A lock that is older than any ref takes to move, or settings to change, was left by a process that died.
  func removeStaleLock(of file: String) {
    let path = "\(self.path)/\(file).lock"
    for _ in 0..<20 {
      var status = stat()
      guard stat(path, &status) == 0 else { return }
      if time(nil) - status.st_mtim.tv_sec >= 2 { break }
      usleep(100_000)
    }
    unlink(path)
  }
}
