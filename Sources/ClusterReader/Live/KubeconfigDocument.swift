internal import KubeModel

/// Returns the one document of a kubeconfig; an empty file is an empty mapping.
func kubeconfigValue(_ bytes: [UInt8], file: String) throws -> Value {
  let (documents, problems) = YAMLReader.documents(bytes)
  if let problem = problems.first {
    // The problem may quote the file, and the file holds credentials: only the line is told.
    throw ClusterReaderError(
      .kubeconfig, "kubeconfig \(file) is no YAML that can be read, line \(problem.line)",
      hint: "check it with `kubectl config view`")
  }
  guard documents.count <= 1 else {
    throw ClusterReaderError(
      .kubeconfig, "kubeconfig \(file) holds \(documents.count) documents; only one can be used")
  }
  return documents.first?.value ?? .map(Mapping())
}
