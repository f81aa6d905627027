internal import KubeModel

/// What in a tree of files has to be rendered before it is manifests: charts of Helm, and kustomizations.
///
/// Nothing is rendered here. Files of a chart, and the patches that a kustomization names, are no manifests; what a
/// kustomization makes of others cannot be known, unless it does nothing but list them.
struct Rendering {
  /// Folders of charts.
  private var charts: Set<String> = []
  /// By the path of their files.
  private var kustomizations: [String: Kustomization] = [:]

  private struct Kustomization {
    let patches: Set<String>
    let isPlainList: Bool
  }

  /// Whether a file says how others are rendered.
  static func isAbout(_ path: String) -> Bool {
    ["Chart.yaml", "kustomization.yaml", "kustomization.yml", "Kustomization"].contains(name(path))
  }

  /// Takes what such a file says; nil where it is gone.
  mutating func put(_ path: String, _ bytes: [UInt8]?) {
    if Rendering.name(path) == "Chart.yaml" {
      if bytes == nil { charts.remove(Rendering.folder(path)) } else { charts.insert(Rendering.folder(path)) }
    } else {
      kustomizations[path] = bytes.map { Rendering.kustomization($0, in: Rendering.folder(path)) }
    }
  }

  /// Why a file is no manifest as it stands; nil where it may be one.
  func objection(to path: String) -> String? {
    if Rendering.isAbout(path) {
      if Rendering.name(path) == "Chart.yaml" { return "a chart of Helm" }
      return kustomizations[path]?.isPlainList == true ? "a kustomization that lists files" : "a kustomization"
    }
    var folder = Rendering.folder(path)
    while true {
      if charts.contains(folder) { return "part of a chart of Helm" }
      if folder.isEmpty { break }
      folder = Rendering.folder(folder)
    }
    return kustomizations.values.contains { $0.patches.contains(path) } ? "a patch of a kustomization" : nil
  }

  /// The first file that makes or changes objects in a way that is not known; nil where there is none.
  var firstUnknown: String? {
    let changing = kustomizations.filter { !$0.value.isPlainList }.map(\.key)
    return (charts.map { $0.isEmpty ? "Chart.yaml" : "\($0)/Chart.yaml" } + changing).min()
  }

  /// What a kustomization may say and still change nothing.
  private static let listing: Set<String> = ["apiVersion", "kind", "metadata", "resources"]

  private static func kustomization(_ bytes: [UInt8], in folder: String) -> Kustomization {
    let (documents, problems) = DocumentReader.documents(bytes)
    guard problems.isEmpty, documents.count == 1, let root = documents.first?.value, let map = root.map else {
      return Kustomization(patches: [], isPlainList: false)
    }
    let named = (root["patches"]?.list ?? []).compactMap { $0["path"]?.string }
      + (root["patchesJson6902"]?.list ?? []).compactMap { $0["path"]?.string }
      + (root["patchesStrategicMerge"]?.strings ?? []) + (root["transformers"]?.strings ?? [])
      + (root["configurations"]?.strings ?? [])
    return Kustomization(
      patches: Set(named.compactMap { resolved($0, in: folder) }), isPlainList: map.keys.allSatisfy(listing.contains))
  }

  /// A path within a folder, as the tree has it; nil where it leads out of the tree.
  private static func resolved(_ path: String, in folder: String) -> String? {
    var components = folder.split(separator: "/")
    for component in path.split(separator: "/") where component != "." {
      if component == ".." {
        guard components.popLast() != nil else { return nil }
      } else {
        components.append(component)
      }
    }
    return components.joined(separator: "/")
  }

  private static func name(_ path: String) -> Substring { path.lastIndex(of: "/").map { path[path.index(after: $0)...] } ?? path[...] }

  private static func folder(_ path: String) -> String { path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "" }
}
