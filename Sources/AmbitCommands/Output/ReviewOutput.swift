import AmbitKit
import KubeModel
import Registers
import Reviews

/// Proposals, approvals and verdicts on them.
enum ReviewOutput {
  // MARK: Proposals

  static func list(_ reviews: [ReviewBook.Review]) -> Output {
    let sorted = reviews.sorted { ($0.proposal.time, $0.proposal.id) > ($1.proposal.time, $1.proposal.id) }
    var table = Table(["ID", "PROPOSED (UTC)", "BY", "OBJECTS", "APPROVALS", "TITLE"])
    table.rows = sorted.map { review in
      let proposal = review.proposal
      return [
        String(proposal.id.prefix(12)), time(proposal.time).tableText, proposal.authors.map(\.text).joined(separator: ", "),
        String(proposal.transitions.count), review.approvals.isEmpty ? "-" : review.approvals.map(\.approver.text).joined(separator: ", "),
        proposal.title,
      ]
    }
    return Output(
      table: table, kind: "ReviewList", value: ["reviews": .list(sorted.map(value))],
      empty: "Nothing is proposed; propose a change with `ambit review propose`")
  }

  static func review(_ review: ReviewBook.Review) -> Output {
    let proposal = review.proposal
    var lines = [
      "review   \(proposal.id)", "title    \(proposal.title)", "proposed \(time(proposal.time).text) from \(proposal.origin)",
      "by       \(proposal.authors.map(\.text).joined(separator: ", "))", "",
    ]
    var table = Table(["OBJECT", "FROM", "TO"])
    table.rows = proposal.transitions.map { [$0.object.title, short($0.from), short($0.to)] }
    lines = lines.map(HiddenText.escaped) + [table.text, ""]
    for approval in review.approvals {
      var line = "approved \(time(approval.time).text) by \(approval.approver.text), \(source(approval))"
      if let objection = approval.objection { line += "; does not count: \(objection)" }
      lines.append(HiddenText.escaped(line))
      if let comment = approval.comment { lines.append(HiddenText.escaped("  \(comment)")) }
    }
    if review.approvals.isEmpty { lines.append("not approved") }
    return Output(text: lines.joined(separator: "\n"), kind: "Review", value: value(review))
  }

  private static func source(_ approval: Approval) -> String {
    guard approval.source == .ambit else { return "claimed by \(approval.source.rawValue)" }
    return approval.key.map { "signed by \($0)" } ?? "not signed"
  }

  private static func short(_ digest: String?) -> String { digest.map { String($0.prefix(12)) } ?? "-" }

  private static func time(_ seconds: Int64) -> Moment { Moment(milliseconds: seconds * 1000) }

  private static func value(_ review: ReviewBook.Review) -> Value {
    let proposal = review.proposal
    return [
      "id": .string(proposal.id), "title": .string(proposal.title), "origin": .string(proposal.origin),
      "proposed": .string(time(proposal.time).text), "authors": .list(proposal.authors.map { .string($0.text) }),
      "transitions": .list(proposal.transitions.map(\.value)),
      "approvals": .list(
        review.approvals.map { approval in
          var map = Mapping([
            ("approver", .string(approval.approver.text)), ("time", .string(time(approval.time).text)),
            ("source", .string(approval.source.rawValue)), ("claimed", .bool(approval.source != .ambit || approval.key == nil)),
          ])
          map["comment"] = approval.comment.map(Value.string)
          map["signingKey"] = approval.key.map(Value.string)
          map["objection"] = approval.objection.map(Value.string)
          return .map(map)
        }),
    ]
  }

  /// What whoever approves should know: whether it will count.
  static func notes(on approver: Account, key: String?, _ identities: Identities) -> [String] {
    var notes: [String] = []
    let owner = key.map { identities.party(of: .key($0)) }
    if let key, owner == .unknown { notes.append("the register of identities gives the key \(key) to no one; the approval is a claim") }
    if owner == nil || owner == .unknown {
      if !identities.acceptedSources.contains(.ambit) { notes.append("the register of identities in force accepts no approvals that are not signed") }
      if identities.party(of: approver) == .unknown { notes.append("the register of identities in force names no one '\(approver.text)'") }
    } else if !identities.acceptedSources.contains(.signed) {
      notes.append("the register of identities in force accepts no signed approvals")
    }
    return notes
  }

  // MARK: Imports

  static func imported(_ outcome: ReviewImporter.Outcome, from repository: String) -> Output {
    let text = "Imported from '\(repository)': approvals \(outcome.approvals), new proposals \(outcome.proposals), known before \(outcome.known)"
    return Output(
      text: HiddenText.escaped(text), kind: "ReviewImport",
      value: [
        "repository": .string(repository), "proposals": .int(Int64(outcome.proposals)), "approvals": .int(Int64(outcome.approvals)),
        "known": .int(Int64(outcome.known)), "unmatched": .list(outcome.unmatched.map(Value.string)), "others": .int(Int64(outcome.others)),
      ])
  }

  static func notes(on outcome: ReviewImporter.Outcome) -> [String] {
    var notes: [String] = []
    if !outcome.unmatched.isEmpty {
      let named = outcome.unmatched.prefix(RepositoryImporter.mostNamed).joined(separator: ", ")
      notes.append("\(outcome.unmatched.count) requests were not merged by a commit of the branch that touches the folder: \(named)")
    }
    if outcome.others > 0 { notes.append("\(outcome.others) values of the exports are no request, review or approval") }
    return notes
  }

  // MARK: Verdicts

  /// `reviewed by bob (claimed: github)`
  static func text(_ verdict: ReviewVerdict) -> String {
    guard verdict.status != .notNeeded else { return "-" }
    var text = verdict.status.rawValue
    if let approver = verdict.approver { text += " by \(approver)" }
    if let delay = verdict.delay { text += ", \(duration(delay)) later" }
    if let source = verdict.source { text += verdict.isClaimed ? " (claimed: \(source.rawValue))" : " (signed)" }
    return text
  }

  /// `3d 4h`, or `12s`
  private static func duration(_ seconds: Int64) -> String {
    let parts = [(seconds / 86_400, "d"), (seconds / 3600 % 24, "h"), (seconds / 60 % 60, "m"), (seconds % 60, "s")]
    let shown = parts.drop { $0.0 == 0 }.prefix(2).filter { $0.0 > 0 }.map { "\($0.0)\($0.1)" }
    return shown.isEmpty ? "0s" : shown.joined(separator: " ")
  }

  static func value(_ verdict: ReviewVerdict) -> Value {
    var map = Mapping([
      ("verdict", .string(verdict.status.rawValue)), ("reasons", .list(verdict.reasons.map(Value.string))),
    ])
    map["approver"] = verdict.approver.map(Value.string)
    map["proposal"] = verdict.proposal.map(Value.string)
    map["delaySeconds"] = verdict.delay.map(Value.int)
    if let source = verdict.source {
      map["source"] = .string(source.rawValue)
      map["claimed"] = .bool(verdict.isClaimed)
    }
    return .map(map)
  }
}
