/// What becomes of each kind of traffic: a verdict for every point of the traffic axis.
struct VerdictMap: Sendable, Hashable {
  struct Piece: Sendable, Hashable {
    let start: UInt32
    let verdict: Verdict
  }

  /// Each piece reaches to the next one; the first starts at 0, and no two neighbours are alike.
  private(set) var pieces: [Piece]

  init(_ verdict: Verdict) { pieces = [Piece(start: 0, verdict: verdict)] }

  private init(pieces: [Piece]) { self.pieces = pieces }

  /// Joins two maps point by point.
  func merged(with other: VerdictMap, _ join: (Verdict, Verdict) -> Verdict) -> VerdictMap {
    var result: [Piece] = []
    var (left, right) = (0, 0)
    while true {
      let start = max(pieces[left].start, other.pieces[right].start)
      let verdict = join(pieces[left].verdict, other.pieces[right].verdict)
      if result.last?.verdict != verdict { result.append(Piece(start: start, verdict: verdict)) }
      let nextLeft = left + 1 < pieces.count ? pieces[left + 1].start : .max
      let nextRight = right + 1 < other.pieces.count ? other.pieces[right + 1].start : .max
      if nextLeft == .max && nextRight == .max { break }
      if nextLeft <= nextRight { left += 1 }
      if nextRight <= nextLeft { right += 1 }
    }
    return VerdictMap(pieces: result)
  }

  /// The map with `other`'s verdicts where traffic is in the set.
  func replacing(_ traffic: TrafficSet, with other: VerdictMap, _ join: (Verdict, Verdict) -> Verdict) -> VerdictMap {
    // Two passes keep one merging loop: mark what is outside of the set first.
    var marked: [Piece] = [Piece(start: 0, verdict: .undecided)]
    for range in traffic.ranges {
      if marked.last?.start == range.lowerBound { marked.removeLast() }
      marked.append(Piece(start: range.lowerBound, verdict: .allowed))
      marked.append(Piece(start: range.upperBound + 1, verdict: .undecided))
    }
    let inside = VerdictMap(pieces: marked)
    let candidate = inside.merged(with: other) { mark, verdict in mark == .allowed ? verdict : .outside }
    return merged(with: candidate) { current, verdict in verdict == .outside ? current : join(verdict, current) }
  }

  /// The traffic that has a verdict.
  func traffic(_ wanted: Verdict) -> TrafficSet { traffic { $0 == wanted } }

  func traffic(_ isWanted: (Verdict) -> Bool) -> TrafficSet {
    var ranges: [ClosedRange<UInt32>] = []
    for (index, piece) in pieces.enumerated() where isWanted(piece.verdict) {
      let end = index + 1 < pieces.count ? pieces[index + 1].start : UInt32.max
      if end > piece.start { ranges.append(piece.start...(end - 1)) }
    }
    return TrafficSet(unchecked: ranges).intersection(.everything)
  }

  func verdict(_ transport: TrafficSet.Transport, _ port: UInt16) -> Verdict {
    verdict(at: transport.rawValue << 16 | UInt32(port))
  }

  /// The verdict of one point of the axis.
  func verdict(at point: UInt32) -> Verdict {
    (pieces.last { $0.start <= point } ?? pieces[0]).verdict
  }

  /// The ports of a protocol at which the verdict changes.
  func edges(_ transport: TrafficSet.Transport) -> [UInt16] {
    pieces.filter { $0.start >> 16 == transport.rawValue }.map { UInt16($0.start & 0xFFFF) }.filter { $0 > 0 }
  }
}
