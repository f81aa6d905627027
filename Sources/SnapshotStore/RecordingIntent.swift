/// What a writer is about to do, as it stands beside the pack that it brings.
///
/// The file is the pack's `.keep`, so that no `git repack` drops objects that no ref reaches yet. A writer that
/// dies leaves it, and the next one finishes or undoes what it tells.
struct RecordingIntent: Equatable {
  struct Move: Equatable {
    let reference: String
    let old: ObjectName?
    let new: ObjectName
  }

  let cluster: String
  /// In the order in which they are made.
  let moves: [Move]

  private static let mark = "ambit recording "

  var text: String {
    var text = "\(RecordingIntent.mark)\(cluster)\n"
    for move in moves { text += "\(move.old ?? .none) \(move.new) \(move.reference)\n" }
    return text
  }

  init(cluster: String, moves: [Move]) {
    self.cluster = cluster
    self.moves = moves
  }

  /// Reads what `text` wrote; nil where a file is not of Ambit, and no moves where it was cut short, or where it
  /// would move refs that no recording of the cluster moves.
  init?(_ text: String) {
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    guard let first = lines.first, first.hasPrefix(RecordingIntent.mark), lines.count > 1 else { return nil }
    cluster = String(first.dropFirst(RecordingIntent.mark.count))
    var moves: [Move] = []
    for line in lines.dropFirst() where !line.isEmpty {
      let fields = line.split(separator: " ", maxSplits: 2).map(String.init)
      guard fields.count == 3, let old = ObjectName(hex: fields[0]), let new = ObjectName(hex: fields[1]),
        RecordingIntent.moves(cluster, fields[2])
      else {
        moves = []
        break
      }
      moves.append(Move(reference: fields[2], old: old == .none ? nil : old, new: new))
    }
    self.moves = moves
  }

  /// Whether a writer may move a ref: a cluster's its branch, observations and change records, a line's the line.
  static func moves(_ writer: String, _ reference: String) -> Bool {
    [SnapshotStore.branch(writer), SnapshotStore.observations(writer), StoreLine.changes(of: writer).reference]
      .contains(reference) || (StoreLine.all + [.notes]).contains { $0.writer == writer && $0.holds(reference) }
  }
}
