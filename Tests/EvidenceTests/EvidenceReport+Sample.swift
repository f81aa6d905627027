import Evidence

extension EvidenceReport {
  /// A report in which every piece of text that can come from a cluster is `text`.
  static func sample(_ text: String = "plain", status: String = "fail", note: String? = nil) -> EvidenceReport {
    let finding = Finding(
      subject: "s" + text, message: text, place: text, origin: text, remedy: text, yaml: "a: \(text)\n")
    let part = CheckPart(
      id: "NP-COV-01", title: text, strength: "full", status: status, result: text, findings: [finding],
      more: 3, gaps: [Row(text, text)])
    let control = Control(
      id: "5.3.2", title: text, requirement: text, status: status, explanation: text, method: text,
      level: text, checks: [part], attestations: [text], comparisons: [part])
    let section = Section(
      framework: text, identity: [Row(text, text)], note: note ?? text, counts: [(status, 1)],
      controls: [control])
    return EvidenceReport(
      title: text, identity: [Row(text, text)], cautions: [text], sections: [section],
      namespaces: [NamespaceRow(name: text, ingress: status, egress: status)],
      coverage: [Coverage(kind: text, status: "unread", detail: text)], commands: ["ambit check " + text],
      limits: [text])
  }
}
