internal import ClusterReader
internal import KubeModel
internal import Reachability

/// Tells on which line of a file a field of a policy stands.
///
/// Lines cost memory, so that only files with something to tell are read again for them.
struct ManifestLines {
  private struct Place {
    let document: Int
    /// The steps to the object in its document.
    let steps: [PathStep]
  }

  private struct Key: Hashable {
    let kind: String
    let namespace: String?
    let name: String
  }

  private struct File {
    var documents: [MarkedDocument] = []
    var places: [Key: [Place]] = [:]
  }

  private var files: [String: File] = [:]

  /// The line of a field, or of what is nearest around it; `line` where the file cannot be read again.
  mutating func line(of field: String, in policy: Policy.Identity, file name: String, near line: Int?) -> Int? {
    let file = files[name] ?? ManifestLines.read(name)
    files[name] = file
    let candidates = file.places[Key(kind: policy.kind, namespace: policy.namespace, name: policy.name)] ?? []
    // One object may be in a file twice; the document that was read starts on the line that is known.
    let place = candidates.first { file.documents[$0.document].line == line } ?? candidates.first
    guard let place else { return line }
    return file.documents[place.document].line(of: place.steps + PathStep.steps(of: field))
  }

  private static func read(_ name: String) -> File {
    var file = File()
    // Standard input is gone, and a file may be by now.
    guard let input = try? InputFiles(path: name), let bytes = input.files.first?.bytes else { return file }
    file.documents = YAMLReader.documents(bytes, keepsLines: true).documents
    for (index, document) in file.documents.enumerated() { add(document.value, index, [], to: &file) }
    return file
  }

  private static func add(_ value: Value, _ document: Int, _ steps: [PathStep], to file: inout File) {
    guard let kind = value["kind"]?.string else { return }
    if let items = value["items"]?.list {
      for (index, item) in items.enumerated() {
        var item = item
        // Items of a list of one kind need not name it.
        if item["kind"] == nil, kind.hasSuffix("List"), var map = item.map {
          map["kind"] = .string(String(kind.dropLast(4)))
          item = .map(map)
        }
        add(item, document, steps + [.key("items"), .index(index)], to: &file)
      }
      return
    }
    guard let name = value["metadata"]?["name"]?.string else { return }
    let place = Place(document: document, steps: steps)
    let namespace = value["metadata"]?["namespace"]?.string
    file.places[Key(kind: kind, namespace: namespace ?? "default", name: name), default: []].append(place)
    // A kind of the whole cluster has no namespace, whatever its file says.
    file.places[Key(kind: kind, namespace: nil, name: name), default: []].append(place)
  }
}

extension PathStep {
  /// The steps of a field path such as `spec.ingress[0].from[1]`.
  static func steps(of path: String) -> [PathStep] {
    path.split(separator: ".").flatMap { part -> [PathStep] in
      let pieces = part.split(separator: "[")
      return pieces.enumerated().compactMap { index, piece in
        index == 0 ? .key(String(piece)) : Int(piece.dropLast()).map { .index($0) }
      }
    }
  }
}
