internal import KubeModel
package import Registers

/// What another tool found: Open Policy Agent, a scanner, a script.
///
/// The file says what it is by its content; no file ever names anything that is run.
package struct ExternalResults: Sendable, Hashable {
  package let outcome: Attestations.Attestation.Outcome
  /// The tool's name and version, where the file tells them.
  package let tool: String?
  /// What it found, one by one; empty where all was well.
  package let findings: [String]

  /// Reads results of `opa eval`, SARIF, a PolicyReport or a list of them, or Ambit's own small form:
  /// `{"status": "pass"|"fail", "tool": …, "findings": [{"subject": …, "message": …}]}`.
  ///
  /// - Throws: `.badInput` where it is none of them. Where nothing tells that all was well, it is not.
  package init(_ bytes: [UInt8], named name: String) throws {
    let value: Value
    do {
      value = try JSONReader.value(bytes)
    } catch {
      throw AmbitError(.badInput, "'\(name)' is no JSON", hint: ExternalResults.forms, cause: error)
    }
    if let runs = value["runs"]?.list, value["version"]?.string != nil {
      self.init(sarif: runs)
    } else if let result = value["result"]?.list {
      self.init(opa: result)
    } else if value["kind"]?.string?.hasSuffix("PolicyReport") == true {
      self.init(reports: [value])
    } else if value["kind"]?.string == "List", let items = value["items"]?.list {
      self.init(reports: items)
    } else if let status = value["status"]?.string.flatMap(Attestations.Attestation.Outcome.init) {
      let findings = (value["findings"]?.list ?? []).map(ExternalResults.text)
      self.init(outcome: findings.isEmpty ? status : .fail, tool: value["tool"]?.string, findings: findings)
    } else {
      throw AmbitError(.badInput, "'\(name)' holds no results that are known", hint: ExternalResults.forms)
    }
  }

  package static let forms =
    "give the output of `opa eval -f json`, SARIF, a PolicyReport, or {\"status\": \"pass\", \"findings\": []}"

  private init(outcome: Attestations.Attestation.Outcome, tool: String?, findings: [String]) {
    self.outcome = outcome
    self.tool = tool
    self.findings = findings
  }

  private static func text(_ finding: Value) -> String {
    if let text = finding.string { return text }
    let message = finding["message"]?.string ?? finding["msg"]?.string
    let subject = finding["subject"]?.string
    return [subject, message].compactMap(\.self).joined(separator: ": ").nonEmpty ?? JSONWriter.line(of: finding)
  }

  private init(sarif runs: [Value]) {
    let driver = runs.first?["tool"]?["driver"]
    tool = driver?["name"]?.string.map { name in driver?["version"]?.string.map { "\(name) \($0)" } ?? name }
    let results = runs.flatMap { $0["results"]?.list ?? [] }
    let failing = results.filter { result in
      let isSuppressed = result["suppressions"]?.list?.isEmpty == false
      return !isSuppressed && ["fail", nil].contains(result["kind"]?.string)
    }
    findings = failing.map { [$0["ruleId"]?.string, $0["message"]?["text"]?.string].compactMap(\.self).joined(separator: ": ") }
    // A run that was cut off found what it found.
    let isWhole = runs.allSatisfy { run in (run["invocations"]?.list ?? []).allSatisfy { $0["executionSuccessful"]?.bool != false } }
    outcome = findings.isEmpty && !runs.isEmpty && isWhole ? .pass : .fail
  }

  /// What a query gave: a list or a set of messages, which is empty where nothing is wrong, or whether it is allowed.
  private init(opa results: [Value]) {
    tool = "Open Policy Agent"
    var findings: [String] = []
    let values = results.flatMap { $0["expressions"]?.list ?? [] }.compactMap { $0["value"] }
    for value in values {
      if let list = value.list {
        findings += list.map(ExternalResults.text)
      } else if value.bool == false {
        findings.append("the query's answer is false")
      } else if value.bool == nil {
        findings += (value.map?.entries ?? []).filter { $0.value.bool != false && $0.value.list?.isEmpty != true }
          .map { "\($0.key): \(ExternalResults.text($0.value))" }
      }
    }
    self.findings = findings
    // An undefined query has no value: it says nothing, which is no pass.
    outcome = findings.isEmpty && !values.isEmpty ? .pass : .fail
  }

  private init(reports: [Value]) {
    let results = reports.flatMap { $0["results"]?.list ?? [] }
    tool = results.lazy.compactMap { $0["source"]?.string }.first
    findings = results.filter { ["fail", "error"].contains($0["result"]?.string) }.map { result in
      [result["policy"]?.string, result["message"]?.string].compactMap(\.self).joined(separator: ": ")
    }
    outcome = findings.isEmpty && results.contains { $0["result"]?.string == "pass" } ? .pass : .fail
  }
}

extension String {
  fileprivate var nonEmpty: String? { isEmpty ? nil : self }
}
