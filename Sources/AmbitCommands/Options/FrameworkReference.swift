import AmbitKit
import Controls
import Foundation
import KubeModel

/// A framework, or one control of it, as a user names it: `pci`, `pci/1.2.7`, `ours.yaml/SEG-1`.
struct FrameworkReference {
  let framework: Framework
  let control: Framework.Control?

  init(_ text: String) throws {
    let slashes = text.indices.filter { text[$0] == "/" }
    let names = [text.endIndex] + slashes.reversed()
    guard let end = names.first(where: { FrameworkReference.isFramework(String(text[..<$0])) }) else {
      // What was meant by the part before '/', where something was, is told of that part.
      let start = String(text.prefix { $0 != "/" })
      framework = try Framework.named(NearMiss.of(start, among: FrameworkCatalog.names) == nil ? text : start)
      control = nil
      return
    }
    let name = String(text[..<end])
    framework = try Framework.named(name)
    control = end == text.endIndex ? nil : try framework.control(named: String(text[end...].dropFirst()), calledAs: name)
  }

  private static func isFramework(_ name: String) -> Bool {
    var isDirectory: ObjCBool = false
    return FrameworkCatalog.framework(name) != nil
      || FileManager.default.fileExists(atPath: name, isDirectory: &isDirectory) && !isDirectory.boolValue
  }
}

extension Framework {
  /// The same framework, or those of its controls that the baseline of a name holds.
  func confined(toBaseline name: String?) throws -> Framework {
    try name.map { confined(to: try baseline(named: $0)) } ?? self
  }

  /// The baseline of this name.
  func baseline(named name: String) throws -> Baseline {
    let names = baselines.map(\.id)
    guard let baseline = baselines.first(where: { $0.id == name.lowercased() }) else {
      throw AmbitError(
        .usage, "framework '\(id)' has no baseline '\(name)'" + NearMiss.suffix(name, among: names),
        hint: names.isEmpty ? "leave out --baseline: it has none" : "its baselines are \(names.joined(separator: ", "))")
    }
    return baseline
  }

  /// The control of this name, of a framework that the user called by that one.
  fileprivate func control(named name: String, calledAs framework: String) throws -> Control {
    if let control = control(name) { return control }
    let hint = "see what it holds, and what not, with `ambit framework show \(framework)`"
    if let uncovered = uncovered.first(where: { $0.id.lowercased() == name.lowercased() }) {
      throw AmbitError(.usage, "framework '\(id)' does not cover '\(uncovered.id)' (\(uncovered.title))", hint: hint)
    }
    throw AmbitError(
      .usage, "framework '\(id)' has no control '\(name)'" + NearMiss.suffix(name, among: controls.map(\.id)), hint: hint)
  }
}
