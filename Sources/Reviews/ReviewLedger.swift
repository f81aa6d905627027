package import Registers

/// Tells for each change of a history what is known of its approval.
///
/// Each approval is about one change: the next one of its transition, or, where that was made already and not taken back
/// since, the one that was made. So an approval is used once, and a second change that looks the same needs another.
package struct ReviewLedger {
  private let identities: (_ moment: Int64) -> Identities

  /// - Parameter identities: who is who, as it was in force at a moment, in milliseconds since 1970.
  package init(identities: @escaping (_ moment: Int64) -> Identities) { self.identities = identities }

  /// The verdict on each change.
  ///
  /// - Parameter changes: all changes of the objects, in the order of the history.
  package func verdicts(on changes: [AppliedChange], _ approvals: [Approval]) -> [ReviewVerdict] {
    var attached: [Int: [Approval]] = [:]
    let byObject = Dictionary(grouping: changes.indices) { changes[$0].transition.object }
    // In one order, whoever recorded them first.
    for approval in approvals.sorted(by: ReviewLedger.isBefore) {
      for transition in Set(approval.transitions) where !transition.isNothing {
        guard let places = byObject[transition.object],
          let place = ReviewLedger.place(of: approval, transition, in: changes, places)
        else { continue }
        attached[place, default: []].append(approval)
      }
    }
    return changes.indices.map { verdict(on: changes[$0], attached[$0] ?? []) }
  }

  private static func isBefore(_ left: Approval, _ right: Approval) -> Bool {
    (left.time, left.proposal, left.approver.text, left.source.rawValue, left.comment ?? "")
      < (right.time, right.proposal, right.approver.text, right.source.rawValue, right.comment ?? "")
  }

  /// The change that an approval is about; nil where it was never made.
  ///
  /// - Parameter places: those of the object's changes, in the order of the history.
  private static func place(
    of approval: Approval, _ transition: Transition, in changes: [AppliedChange], _ places: [Int]
  ) -> Int? {
    let time = approval.time * 1000
    let same = places.filter { changes[$0].transition == transition }
    let next = same.first { changes[$0].until >= time }
    guard let last = same.last(where: { changes[$0].until < time }) else { return next }
    let isTakenBack = places.contains {
      $0 > last && changes[$0].transition.to == transition.from && changes[$0].until < time
    }
    return isTakenBack ? next ?? last : last
  }

  // MARK: One change

  /// What an approval says of a change.
  private enum Judgement {
    /// By someone else.
    case independent(String, Identities.Source)
    case own(String, Identities.Source)
    case unknown(String, Identities.Source, why: String)
    case none(why: String)
  }

  /// When it was given.
  private enum Order: Int { case before, afterwards, unknown }

  private func verdict(on change: AppliedChange, _ approvals: [Approval]) -> ReviewVerdict {
    guard !change.transition.isNothing else { return .notNeeded("what it means did not change") }
    guard !approvals.isEmpty else { return ReviewVerdict(.unreviewed, reasons: ["no approval of this change is recorded"]) }
    var reasons: [String] = []
    var candidates: [(rank: Int, verdict: ReviewVerdict)] = []
    for approval in approvals {
      let order = ReviewLedger.order(approval, change)
      let delay = order == .afterwards ? approval.time - change.until / 1000 : nil
      // What was approved afterwards is judged by what was in force when it was approved.
      switch judge(approval, change, identities(max(change.until, approval.time * 1000))) {
      case .none(let why): reasons.append(why)
      case .unknown(let who, let source, let why):
        reasons.append(why)
        candidates.append((3, verdict(.undetermined, who, source, approval, delay)))
      case .own(let who, let source): candidates.append((4, verdict(.selfApproved, who, source, approval, delay)))
      case .independent(let who, let source):
        switch order {
        case .before: candidates.append((0, verdict(.reviewed, who, source, approval, nil)))
        case .afterwards: candidates.append((1, verdict(.approvedAfterwards, who, source, approval, delay)))
        case .unknown:
          reasons.append("it was made between two readings, and the approval of \(who) falls between them: which came first is not known")
          candidates.append((2, verdict(.undetermined, who, source, approval, nil)))
        }
      }
    }
    if change.actor.isEmpty { reasons.append("who made it is not known") }
    guard let best = candidates.enumerated().min(by: { ($0.element.rank, $0.offset) < ($1.element.rank, $1.offset) })?.element.verdict
    else { return ReviewVerdict(.unreviewed, reasons: reasons) }
    return ReviewVerdict(
      best.status, by: best.approver, source: best.source, of: best.proposal, delay: best.delay, reasons: reasons)
  }

  private func verdict(
    _ status: ReviewVerdict.Status, _ who: String, _ source: Identities.Source, _ approval: Approval, _ delay: Int64?
  ) -> ReviewVerdict {
    ReviewVerdict(status, by: who, source: source, of: approval.proposal, delay: delay, reasons: [])
  }

  private static func order(_ approval: Approval, _ change: AppliedChange) -> Order {
    let time = approval.time * 1000
    return time <= change.after ? .before : time > change.until ? .afterwards : .unknown
  }

  private func judge(_ approval: Approval, _ change: AppliedChange, _ identities: Identities) -> Judgement {
    let given = "the approval of \(approval.approver.text)"
    if let objection = approval.objection { return .none(why: "\(given) does not count: \(objection)") }
    var (source, party) = (approval.source, identities.party(of: approval.approver))
    if source == .ambit, let key = approval.key, case .person(let owner) = identities.party(of: .key(key)) {
      // Whose key it is, is who approved.
      if case .person(let named) = party, named != owner {
        return .none(why: "\(given) does not count: it is signed by the key of \(owner)")
      }
      (source, party) = (.signed, .person(owner))
    }
    guard identities.acceptedSources.contains(source) else {
      let what = source == .signed ? "signed approvals" : "approvals that are only claimed, from '\(source.rawValue)'"
      return .none(why: "\(given) does not count: the register of identities in force did not accept \(what)")
    }
    switch party {
    case .bot(let name): return .none(why: "\(given) does not count: \(name) is a bot")
    case .unknown: return .none(why: "\(given) does not count: the register of identities in force named no one so")
    case .person(let approver): return judge(approver, source, approval, change, identities)
    }
  }

  private func judge(
    _ approver: String, _ source: Identities.Source, _ approval: Approval, _ change: AppliedChange, _ identities: Identities
  ) -> Judgement {
    func isUser(of names: Set<String>, _ account: Account) -> Bool {
      if case .user(let name) = account { names.contains(name) } else { false }
    }
    let isTrusted = change.actor.contains { isUser(of: identities.impersonators, $0) }
    let actor = isTrusted ? change.impersonated.map { [$0] } ?? change.actor : change.actor
    let isMachine = actor.contains { isUser(of: identities.gitOpsServiceAccounts, $0) }
    // The accounts of one actor are one party; each author is another.
    let makers = (actor.isEmpty || isMachine ? [] : [actor]) + (approval.authors + change.authors).map { [$0] }
    guard !makers.isEmpty else {
      return .unknown(approver, source, why: "nobody is known to have made it, so \(approver) may have")
    }
    var unknown: String?
    for accounts in makers {
      switch identities.party(of: accounts) {
      case .person(approver): return .own(approver, source)
      case .person, .bot: break
      case .unknown: unknown = unknown ?? accounts.first?.text
      }
    }
    if let unknown {
      return .unknown(
        approver, source, why: "the register of identities in force named no one '\(unknown)', so it cannot be told from \(approver)")
    }
    return .independent(approver, source)
  }
}
