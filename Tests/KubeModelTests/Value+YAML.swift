import KubeModel

struct UnreadableYAML: Error { let problems: [ParseProblem] }

extension Value {
  /// The one document of a text, as the product itself reads it.
  init(yaml text: String) throws {
    let (documents, problems) = YAMLReader.documents(Array(text.utf8))
    guard let document = documents.first, documents.count == 1, problems.isEmpty else {
      throw UnreadableYAML(problems: problems)
    }
    self = document.value
  }
}

extension KubeObject {
  init(yaml text: String) throws { self.init(try Value(yaml: text)) }
}
