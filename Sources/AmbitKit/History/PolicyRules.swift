internal import HistoryIndex
internal import Integrity
internal import KubeModel
internal import Reachability

/// The statements of one version of a policy, with the digests of their normal forms.
struct PolicyRules: Sendable {
  private let rules: [(written: WrittenRule, digest: SHA256Value)]

  /// - Parameter before: the version before; what is written there alike is not put into normal form again.
  init(_ object: KubeObject, before: PolicyRules? = nil) {
    rules = (WrittenRule.all(of: object) ?? []).enumerated().map { place, rule in
      let known = before?.digest(of: rule, near: place)
      return (rule, known ?? rule.form.digest)
    }
  }

  private func digest(of rule: WrittenRule, near place: Int) -> SHA256Value? {
    // Most often it stands where it stood; in a long list, others are not looked for.
    if place < rules.count, rules[place].written.isWritten(like: rule) { return rules[place].digest }
    return rules.count > 16 ? nil : rules.first { $0.written.isWritten(like: rule) }?.digest
  }

  static func change(from before: PolicyRules?, to after: PolicyRules?) -> RuleChange {
    let old = Set(before?.rules.map(\.digest) ?? [])
    let new = Set(after?.rules.map(\.digest) ?? [])
    return RuleChange(added: new.subtracting(old).sorted(), removed: old.subtracting(new).sorted())
  }
}
